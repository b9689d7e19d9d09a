using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The maximum of each window of a map: [N,C,H,W] becomes [N,C,⌊(H + 2·padding − kernel)/stride⌋ + 1, …].</summary>
internal sealed class MaxPool2dOperation<T>(Window2d window) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // The argmax indices: for each output, the position of its maximum in the window. Backward needs nothing else.
    private PooledMemory<byte>? argmax;

    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.MaxPool2d(Input(0), window, IsRecording, out argmax);

    /// <inheritdoc/>
    // dx = dy at the argmax index, else 0.
    protected override void Backward(Tensor<T> upstream) =>
        Propagate(0, Kernels.MaxPool2dBackward(upstream, argmax!, InputShape(0), window));

    /// <inheritdoc/>
    protected override void ReleaseSaved() => argmax?.Dispose();
}

public static partial class VariableOperations
{
    /// <param name="x">The maps.</param>
    extension<T>(Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>The maximum of each window of x [N,C,H,W].</summary>
        /// <param name="window">The window; its padding is at most half its size and never the maximum.</param>
        /// <exception cref="ShapeException">x is not of rank 4, or its maps are smaller than the window.</exception>
        public Variable<T> MaxPool2d(Window2d window) => new MaxPool2dOperation<T>(window).Apply(x);

        /// <summary>The maximum of each square window of x [N,C,H,W].</summary>
        /// <param name="kernel">The height and width of the window.</param>
        /// <param name="stride">The stride of the window; null means its size.</param>
        /// <param name="padding">The padding on every side.</param>
        /// <exception cref="ShapeException">x is not of rank 4, or its maps are smaller than the window.</exception>
        public Variable<T> MaxPool2d(int kernel, int? stride = null, int padding = 0) =>
            x.MaxPool2d(Window2d.Square(kernel, stride ?? kernel, padding));
    }
}
