using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The hyperbolic tangent, element by element.</summary>
internal sealed class Tanh<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Tanh(Input(0));

    /// <inheritdoc/>
    // dx = dy · (1 − tanh²x)
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.TanhBackward(Output, upstream));
}

public static partial class VariableOperations
{
    /// <summary>The hyperbolic tangent, element by element.</summary>
    public static Variable<T> Tanh<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => new Tanh<T>().Apply(x);
}
