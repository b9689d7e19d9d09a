using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Testing;

/// <summary>The identity with a gradient that is 0.1% too large, which a gradient check must detect.</summary>
internal sealed class WrongGradient : Operation<double>
{
    protected override Tensor<double> Forward() => Input(0).Clone();

    protected override void Backward(Tensor<double> upstream)
    {
        foreach (ref double element in upstream.Write()) element *= 1.001;
        Propagate(0, upstream);
    }
}
