using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The largest element over some axes. Of equal ones the first wins, and it alone gets the gradient, as in PyTorch's max over a dimension.</summary>
internal sealed class Max<T>(AxisSet axes, bool keepDims) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private PooledMemory<int>? positions;

    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Max(Input(0), axes, keepDims, out positions);

    /// <inheritdoc/>
    // dx = dy at the largest element, else 0
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.MaxBackward(upstream, positions!.Memory, axes, InputShape(0)));

    /// <inheritdoc/>
    protected override void ReleaseSaved() => positions?.Dispose();
}

public static partial class VariableOperations
{
    /// <summary>The largest element over <paramref name="axes"/>, or of all elements where none are given; NaN where there is one.</summary>
    /// <param name="x">A tensor of any shape.</param>
    /// <param name="axes">The axes, −1 being the last one.</param>
    /// <param name="keepDims">Whether the axes stay with length 1, or are left out.</param>
    /// <exception cref="ArgumentException">An axis does not exist or is given twice.</exception>
    public static Variable<T> Max<T>(this Variable<T> x, ReadOnlySpan<int> axes = default, bool keepDims = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        return new Max<T>(AxisSet.Of(x.Shape, axes), keepDims).Apply(x);
    }
}
