using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The maximum of each window of each feature map: [N,C,H,W] becomes [N,C,⌊(H + 2·padding − kernel)/stride⌋ + 1, …].</summary>
internal sealed class MaxPool2dOperation<T>(Window2d window) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // The argmax indices: for each output, the position of its maximum in the window. Nothing else is saved for backward.
    private PooledMemory<byte>? argmax;

    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.MaxPool2d(Input(0), window, IsRecording, out argmax);

    /// <inheritdoc/>
    // Each element of dy is added to dx at the argmax index of its window. All other elements of dx are 0.
    protected override void Backward(Tensor<T> upstream) =>
        Propagate(0, Kernels.MaxPool2dBackward(upstream, argmax!, InputShape(0), window));

    /// <inheritdoc/>
    protected override void ReleaseSaved() => argmax?.Dispose();
}

public static partial class VariableOperations
{
    /// <param name="x">The feature maps, [N,C,H,W].</param>
    extension<T>(Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>The maximum of each window of x [N,C,H,W].</summary>
        /// <param name="window">The window. Its padding is at most half its size. The padding is never selected as the maximum.</param>
        /// <exception cref="ShapeException">x is not of rank 4, or its padded maps are smaller than the window.</exception>
        /// <exception cref="ArgumentOutOfRangeException">
        /// The window has a size or stride below 1, or a padding below 0 or above half the window.
        /// </exception>
        public Variable<T> MaxPool2d(Window2d window) => new MaxPool2dOperation<T>(window).Apply(x);

        /// <summary>The maximum of each square window of x [N,C,H,W].</summary>
        /// <param name="kernel">The height and width of the window.</param>
        /// <param name="stride">The stride of the window; null for the size of the window.</param>
        /// <param name="padding">The padding on every side.</param>
        /// <exception cref="ShapeException">x is not of rank 4, or its padded maps are smaller than the window.</exception>
        /// <exception cref="ArgumentOutOfRangeException">
        /// The window has a size or stride below 1, or a padding below 0 or above half the window.
        /// </exception>
        public Variable<T> MaxPool2d(int kernel, int? stride = null, int padding = 0) =>
            x.MaxPool2d(Window2d.Square(kernel, stride ?? kernel, padding));
    }
}
