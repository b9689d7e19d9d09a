using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The square root, element by element; NaN below 0.</summary>
internal sealed class Sqrt<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Sqrt(Input(0));

    /// <inheritdoc/>
    // dx = dy / 2√x
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.SqrtBackward(Output, upstream));
}

public static partial class VariableOperations
{
    /// <summary>The square root, element by element; NaN below 0.</summary>
    public static Variable<T> Sqrt<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => new Sqrt<T>().Apply(x);
}
