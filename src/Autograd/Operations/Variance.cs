using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The variance over some axes: Σ (x − mean)² / (n − 1), or / n where it is biased.</summary>
internal sealed class Variance<T>(AxisSet axes, bool unbiased, bool keepDims) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Variance(Input(0), axes, unbiased, keepDims);

    /// <inheritdoc/>
    // dx = 2·(x − mean)·dy / (n − 1); the mean's own part is zero, because Σ (x − mean) is.
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.VarianceBackward(Input(0), upstream, axes, unbiased));
}

public static partial class VariableOperations
{
    /// <summary>The variance over <paramref name="axes"/>, or over all elements where none are given.</summary>
    /// <param name="x">A tensor of any shape.</param>
    /// <param name="axes">The axes, −1 being the last one.</param>
    /// <param name="unbiased">Whether to divide by n − 1 (Bessel's correction; one element then gives NaN) or by n.</param>
    /// <param name="keepDims">Whether the axes stay with length 1, or are left out.</param>
    /// <exception cref="ArgumentException">An axis does not exist or is given twice.</exception>
    public static Variable<T> Variance<T>(this Variable<T> x, ReadOnlySpan<int> axes = default, bool unbiased = true, bool keepDims = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        return new Variance<T>(AxisSet.Of(x.Shape, axes), unbiased, keepDims).Apply(x);
    }
}
