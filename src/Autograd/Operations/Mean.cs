using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The mean over some axes.</summary>
internal sealed class Mean<T>(AxisSet axes, bool keepDims) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Mean(Input(0), axes, keepDims);

    /// <inheritdoc/>
    // dx = dy / n, repeated over the axes
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.MeanBackward(upstream, axes, InputShape(0)));
}

public static partial class VariableOperations
{
    /// <summary>The mean over <paramref name="axes"/>, or over all elements where none are given.</summary>
    /// <param name="x">A tensor of any shape.</param>
    /// <param name="axes">The axes, −1 being the last one.</param>
    /// <param name="keepDims">Whether the axes stay with length 1, or are left out.</param>
    /// <exception cref="ArgumentException">An axis does not exist or is given twice.</exception>
    public static Variable<T> Mean<T>(this Variable<T> x, ReadOnlySpan<int> axes = default, bool keepDims = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        return new Mean<T>(AxisSet.Of(x.Shape, axes), keepDims).Apply(x);
    }
}
