using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>Two-dimensional convolution (cross-correlation): x [N,C,H,W], weights [K,C,kH,kW] and bias [K] give [N,K,OH,OW].</summary>
internal sealed class Conv2d<T>(ConvolutionGeometry geometry) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    // y[n,k,p,q] = b[k] + Σ c,i,j  x[n, c, p·s + i − pad, q·s + j − pad] · w[k,c,i,j]
    protected override Tensor<T> Forward() =>
        Kernels.Convolution(Input(0), Input(1), InputCount > 2 ? Input(2) : null, geometry, keepWeights: !IsRecording);

    /// <inheritdoc/>
    protected override void Backward(Tensor<T> upstream)
    {
        if (InputCount > 2 && Needs(2)) Propagate(2, Kernels.Sum(upstream, AxisSet.Of(upstream.Shape, [0, 2, 3]), keepDims: false));
        if (Needs(1)) Propagate(1, Kernels.ConvolutionWeightGradient(Input(0), upstream, InputShape(1), geometry));
        if (Needs(0)) Propagate(0, Kernels.ConvolutionInputGradient(upstream, Input(1), InputShape(0), geometry));
    }
}

public static partial class VariableOperations
{
    /// <summary>Two-dimensional convolution with the same stride and padding for height and width.</summary>
    /// <param name="x">Input, [N,C,H,W].</param>
    /// <param name="weights">Weights, [K,C,kH,kW].</param>
    /// <param name="bias">Bias, [K], or null.</param>
    /// <param name="stride">How far the window moves.</param>
    /// <param name="padding">Zeros added on each side.</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public static Variable<T> Conv2d<T>(this Variable<T> x, Variable<T> weights, Variable<T>? bias = null, int stride = 1, int padding = 0)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Conv2d(weights, bias, new ConvolutionGeometry(stride, padding));

    /// <summary>Two-dimensional convolution.</summary>
    /// <param name="x">Input, [N,C,H,W].</param>
    /// <param name="weights">Weights, [K,C,kH,kW].</param>
    /// <param name="bias">Bias, [K], or null.</param>
    /// <param name="geometry">Steps and padding.</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public static Variable<T> Conv2d<T>(this Variable<T> x, Variable<T> weights, Variable<T>? bias, ConvolutionGeometry geometry)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        bias is null ? new Conv2d<T>(geometry).Apply(x, weights) : new Conv2d<T>(geometry).Apply(x, weights, bias);
}
