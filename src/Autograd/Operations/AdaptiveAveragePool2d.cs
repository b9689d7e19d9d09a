using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>Averages feature maps of any size to feature maps of a fixed size: [N,C,H,W] becomes [N,C,height,width].</summary>
/// <remarks>
/// Output row i is the mean of the input rows ⌊i·H/height⌋ to ⌈(i+1)·H/height⌉ − 1, and likewise for columns, as in PyTorch. The output may
/// be larger than the input.
/// </remarks>
internal sealed class AdaptiveAveragePool2dOperation<T>(int height, int width) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.AdaptiveAveragePool2d(Input(0), height, width);

    /// <inheritdoc/>
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.AdaptiveAveragePool2dBackward(upstream, InputShape(0)));
}

public static partial class VariableOperations
{
    /// <param name="x">The input.</param>
    extension<T>(Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>Averages the feature maps of x [N,C,H,W] to <paramref name="height"/> × <paramref name="width"/> pixels.</summary>
        /// <returns><paramref name="x"/> itself if its maps already have that size.</returns>
        /// <exception cref="ShapeException">x is not of rank 4.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The height or width is below 1.</exception>
        public Variable<T> AdaptiveAveragePool2d(int height, int width)
        {
            ArgumentNullException.ThrowIfNull(x);
            var shape = x.Shape;
            return shape.Rank == 4 && (shape[2], shape[3]) == (height, width)
                ? x
                : new AdaptiveAveragePool2dOperation<T>(height, width).Apply(x);
        }
    }
}
