using System.ComponentModel;
using System.Numerics;

namespace DeepSharp.Tensors;

// Checks shapes, chooses the algorithm, and allocates the results of the three convolution passes.
public partial class Kernels
{
    /// <summary>
    /// y [N,K,OH,OW] = x [N,C,H,W] ⋆ weights [K,C,kH,kW] + bias [K], optionally followed by ReLU, where ⋆ is cross-correlation.
    /// </summary>
    /// <param name="x">The input.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="bias">The bias, or null.</param>
    /// <param name="window">The kernel size, strides and padding.</param>
    /// <param name="options">Whether to apply ReLU, and whether to cache the packed or transformed weights for further calls.</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A stride is below 1 or a padding is below 0.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> Convolution<T>(
        Tensor<T> x, Tensor<T> weights, Tensor<T>? bias, Window2d window, ConvolutionOptions options = ConvolutionOptions.None)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = ConvolutionShape.Of(x.Shape, weights.Shape, window);
        // Cached weights are laid out for the vector width of their context, so the input must use the same context.
        x.RequireSameContext(weights, "Conv2d");
        if (bias is not null) x.RequireSameContext(bias, "Conv2d");
        if (bias is not null && bias.Shape != [shape.K])
            throw new ShapeException($"Conv2d: bias {bias.Shape} does not fit weight {weights.Shape}, expected [{shape.K}].");
        using var profile = x.Context.Profile("Conv2d", "forward", 2.0 * shape.Multiplications);
        var y = new Tensor<T>(shape.Output, x.Context, "Conv2d");
        var epilogue = new Epilogue<T>(bias?.ReadMemory() ?? default, options.HasFlag(ConvolutionOptions.Relu));
        bool cacheWeights = options.HasFlag(ConvolutionOptions.CacheWeights);
        Algorithm<T>(x.Context, shape, ConvolutionPass.Forward).Forward(shape, x, weights, epilogue, y, cacheWeights);
        return y;
    }

    /// <summary>The gradient of a convolution with respect to its input.</summary>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A stride is below 1 or a padding is below 0.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> ConvolutionInputGradient<T>(Tensor<T> dy, Tensor<T> weights, Shape input, Window2d window)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = ConvolutionShape.Of(input, weights.Shape, window);
        RequireGradientShape(shape, dy.Shape);
        dy.RequireSameContext(weights, "Conv2d backward");
        using var profile = dy.Context.Profile("Conv2d", "input gradient", 2.0 * shape.Multiplications);
        var dx = new Tensor<T>(input, dy.Context, "Conv2d input gradient");
        Algorithm<T>(dy.Context, shape, ConvolutionPass.InputGradient).InputGradient(shape, dy, weights, dx);
        return dx;
    }

    /// <summary>The gradient of a convolution with respect to its weights.</summary>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A stride is below 1 or a padding is below 0.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> ConvolutionWeightGradient<T>(Tensor<T> x, Tensor<T> dy, Shape weights, Window2d window)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = ConvolutionShape.Of(x.Shape, weights, window);
        RequireGradientShape(shape, dy.Shape);
        x.RequireSameContext(dy, "Conv2d backward");
        using var profile = x.Context.Profile("Conv2d", "weight gradient", 2.0 * shape.Multiplications);
        var dw = new Tensor<T>(weights, x.Context, "Conv2d weight gradient");
        Algorithm<T>(x.Context, shape, ConvolutionPass.WeightGradient).WeightGradient(shape, x, dy, dw);
        return dw;
    }

    private static ConvolutionAlgorithm Algorithm<T>(ComputeContext context, in ConvolutionShape shape, ConvolutionPass pass)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        ConvolutionAlgorithms.Choose<T>(shape, pass, context.VectorWidth, context.ConvolutionAlgorithm);

    private static void RequireGradientShape(in ConvolutionShape shape, Shape dy)
    {
        if (dy != shape.Output) throw new ShapeException($"Conv2d backward: gradient {dy} does not fit, the output is {shape.Output}.");
    }
}
