using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>
/// Local response normalization of x [N,C,H,W] across channels (Krizhevsky et al. 2012, section 3.3): y_c = x_c·(k + α·Σx_j²)^−β, where
/// the sum is over the existing channels from c − ⌊size/2⌋ to c + ⌊(size − 1)/2⌋ of the same pixel.
/// </summary>
/// <param name="size">The number of channels in a window.</param>
/// <param name="alpha">The factor α of the formula; the operation does not divide it by the size.</param>
/// <param name="beta">The exponent β.</param>
/// <param name="k">The constant k.</param>
internal sealed class LocalResponseNormOperation<T>(int size, double alpha, double beta, double k) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.LocalResponseNorm(Input(0), size, alpha, beta, k);

    /// <inheritdoc/>
    // With s = k + α·Σx²: dx_c = dy_c·s_c^−β − 2αβ·x_c·Σ dy_j·x_j·s_j^(−β−1) over all j whose window contains c.
    protected override void Backward(Tensor<T> upstream) =>
        Propagate(0, Kernels.LocalResponseNormBackward(Input(0), upstream, size, alpha, beta, k));
}

public static partial class VariableOperations
{
    /// <param name="x">The input.</param>
    extension<T>(Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>
        /// x·(k + α·Σx²)^−β for x [N,C,H,W], where the sum is over a window of neighboring channels and α is alpha or alpha / size.
        /// </summary>
        /// <param name="size">
        /// The number of channels in a window. A window of even size has one more channel before its center than after it, as in PyTorch.
        /// </param>
        /// <param name="alpha">The weight of the sum of squares.</param>
        /// <param name="beta">β, the exponent.</param>
        /// <param name="k">The constant that is added to the weighted sum.</param>
        /// <param name="divideAlphaBySize">
        /// Whether alpha is divided by <paramref name="size"/>: true in PyTorch, Caffe and ONNX, false in the AlexNet paper, whose
        /// constants are size 5, k 2, alpha 1e-4 and beta 0.75.
        /// </param>
        /// <exception cref="ShapeException">x is not of rank 4.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The size is below 1.</exception>
        public Variable<T> LocalResponseNorm(
            int size, double alpha = 1e-4, double beta = 0.75, double k = 1, bool divideAlphaBySize = true) =>
            new LocalResponseNormOperation<T>(size, divideAlphaBySize ? alpha / size : alpha, beta, k).Apply(x);
    }
}
