using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The mean of each window of each feature map: [N,C,H,W] becomes [N,C,⌊(H + 2·padding − kernel)/stride⌋ + 1, …].</summary>
internal sealed class AveragePool2dOperation<T>(Window2d window, bool countPadding) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.AveragePool2d(Input(0), window, countPadding);

    /// <inheritdoc/>
    // The gradient of each output, divided by the number of elements in its mean, is added to each input in its window.
    protected override void Backward(Tensor<T> upstream) =>
        Propagate(0, Kernels.AveragePool2dBackward(upstream, InputShape(0), window, countPadding));
}

public static partial class VariableOperations
{
    /// <param name="x">The feature maps, [N,C,H,W].</param>
    extension<T>(Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>The mean of each window of x [N,C,H,W].</summary>
        /// <param name="window">The window; its padding is at most half its size.</param>
        /// <param name="countPadding">
        /// Whether the padding counts as zeros in the mean (PyTorch's count_include_pad). If false, the mean excludes the padding.
        /// </param>
        /// <exception cref="ShapeException">x is not of rank 4, or its padded maps are smaller than the window.</exception>
        /// <exception cref="ArgumentOutOfRangeException">
        /// The window has a size or stride below 1, or a padding below 0 or above half the window.
        /// </exception>
        public Variable<T> AveragePool2d(Window2d window, bool countPadding = true) =>
            new AveragePool2dOperation<T>(window, countPadding).Apply(x);

        /// <summary>The mean of each square window of x [N,C,H,W].</summary>
        /// <param name="kernel">The height and width of the window.</param>
        /// <param name="stride">The stride of the window; null for the size of the window.</param>
        /// <param name="padding">The padding on every side.</param>
        /// <param name="countPadding">
        /// Whether the padding counts as zeros in the mean (PyTorch's count_include_pad). If false, the mean excludes the padding.
        /// </param>
        /// <exception cref="ShapeException">x is not of rank 4, or its padded maps are smaller than the window.</exception>
        /// <exception cref="ArgumentOutOfRangeException">
        /// The window has a size or stride below 1, or a padding below 0 or above half the window.
        /// </exception>
        public Variable<T> AveragePool2d(int kernel, int? stride = null, int padding = 0, bool countPadding = true) =>
            x.AveragePool2d(Window2d.Square(kernel, stride ?? kernel, padding), countPadding);
    }
}
