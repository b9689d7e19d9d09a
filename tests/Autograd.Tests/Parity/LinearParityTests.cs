using System.Numerics;

namespace DeepSharp.Autograd.Tests.Parity;

public abstract class LinearParity<T>() : ParityTests<T>("linear")
    where T : unmanaged, IFloatingPointIeee754<T>
{
    protected override Dictionary<string, Func<ParityCase<T>, Variable<T>>> Cases { get; } = new()
    {
        ["linear"] = c => c["input"].Linear(c["weight"], c["bias"]),
        ["linear_without_bias"] = c => c["input"].Linear(c["weight"]),
        ["matmul"] = c => c["left"].MatMul(c["right"]),
        ["flatten"] = c => c["input"].Flatten(),
    };
}

public sealed class LinearParityInFloat : LinearParity<float>;

public sealed class LinearParityInDouble : LinearParity<double>;
