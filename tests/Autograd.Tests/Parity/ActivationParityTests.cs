using System.Numerics;

namespace DeepSharp.Autograd.Tests.Parity;

public abstract class ActivationParity<T>() : ParityTests<T>("activations")
    where T : unmanaged, IFloatingPointIeee754<T>
{
    protected override Dictionary<string, Func<ParityCase<T>, Variable<T>>> Cases { get; } = new()
    {
        ["relu"] = c => c["input"].Relu(),
        ["leaky_relu"] = c => c["input"].LeakyRelu(),
        ["leaky_relu_0.2"] = c => c["input"].LeakyRelu(0.2),
        ["gelu"] = c => c["input"].Gelu(),
        ["gelu_tanh"] = c => c["input"].Gelu(GeluApproximation.Tanh),
        ["sigmoid"] = c => c["input"].Sigmoid(),
        ["tanh"] = c => c["input"].Tanh(),
        ["relu_at_the_kink"] = c => c["input"].Relu(),
        ["leaky_relu_at_the_kink"] = c => c["input"].LeakyRelu(),
    };
}

public sealed class ActivationParityInFloat : ActivationParity<float>;

public sealed class ActivationParityInDouble : ActivationParity<double>;
