using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>Two-dimensional convolution (cross-correlation) of x [N,C,H,W] with weights [K,C,kH,kW] and an optional bias [K].</summary>
internal sealed class Conv2dOperation<T>(Window2d window) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    // y[n,k,p,q] = b[k] + Σ x[n, c, p·stride + i − padding, q·stride + j − padding] · w[k,c,i,j] over c, i and j
    protected override Tensor<T> Forward() =>
        Kernels.Convolution(
            Input(0),
            Input(1),
            InputCount > 2 ? Input(2) : null,
            window,
            IsRecording ? ConvolutionOptions.None : ConvolutionOptions.CacheWeights);

    /// <inheritdoc/>
    protected override void Backward(Tensor<T> upstream)
    {
        if (InputCount > 2 && Needs(2)) Propagate(2, Kernels.Sum(upstream, AxisSet.Of(upstream.Shape, [0, 2, 3]), keepDims: false));
        if (Needs(1)) Propagate(1, Kernels.ConvolutionWeightGradient(Input(0), upstream, InputShape(1), window));
        if (Needs(0)) Propagate(0, Kernels.ConvolutionInputGradient(upstream, Input(1), InputShape(0), window));
    }
}

public static partial class VariableOperations
{
    /// <param name="x">Input, [N,C,H,W].</param>
    extension<T>(Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>Two-dimensional convolution with the same stride and padding for height and width.</summary>
        /// <remarks>Dilation, groups and transposed convolutions are not supported.</remarks>
        /// <param name="weights">Weights, [K,C,kH,kW].</param>
        /// <param name="bias">Bias, [K], or null.</param>
        /// <param name="stride">The number of pixels from one position of the kernel to the next.</param>
        /// <param name="padding">The number of zeros added on each side.</param>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The stride is below 1 or the padding below 0.</exception>
        public Variable<T> Conv2d(Variable<T> weights, Variable<T>? bias = null, int stride = 1, int padding = 0)
        {
            ArgumentNullException.ThrowIfNull(weights);
            return x.Conv2d(weights, bias, Window2d.Of(weights.Shape, stride, padding));
        }

        /// <summary>Two-dimensional convolution.</summary>
        /// <remarks>Dilation, groups and transposed convolutions are not supported.</remarks>
        /// <param name="weights">Weights, [K,C,kH,kW].</param>
        /// <param name="bias">Bias, [K], or null.</param>
        /// <param name="window">The strides, the padding, and the kernel size, which must equal that of the weights.</param>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A stride is below 1 or a padding below 0.</exception>
        public Variable<T> Conv2d(Variable<T> weights, Variable<T>? bias, Window2d window) =>
            bias is null ? new Conv2dOperation<T>(window).Apply(x, weights) : new Conv2dOperation<T>(window).Apply(x, weights, bias);
    }
}
