using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>Checks shapes, chooses the algorithm, and allocates the results of the three convolution passes.</summary>
internal static class ConvolutionKernel
{
    public static Tensor<T> Forward<T>(Tensor<T> x, Tensor<T> weights, Tensor<T>? bias, ConvolutionGeometry geometry, bool relu, bool keepWeights)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = ConvolutionShape.Of(x.Shape, weights.Shape, geometry);
        // What is kept of the weights has the order of their context's vectors.
        x.RequireSameContext(weights, "Conv2d");
        if (bias is not null) x.RequireSameContext(bias, "Conv2d");
        if (bias is not null && (bias.Shape.Rank != 1 || bias.Shape[0] != shape.K))
            throw new ShapeException($"Conv2d: bias {bias.Shape} does not fit weight {weights.Shape}, expected [{shape.K}].");
        using var profile = x.Context.Profile("Conv2d", "forward", 2.0 * shape.Multiplications);
        var y = new Tensor<T>(shape.Output, x.Context, "Conv2d");
        var epilogue = new Epilogue<T>(bias?.ReadMemory() ?? default, relu);
        Choose(x.Context, shape, ConvolutionPass.Forward).Forward(shape, x, weights, epilogue, y, keepWeights);
        return y;
    }

    public static Tensor<T> InputGradient<T>(Tensor<T> dy, Tensor<T> weights, Shape input, ConvolutionGeometry geometry)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = ConvolutionShape.Of(input, weights.Shape, geometry);
        RequireGradientShape(shape, dy);
        dy.RequireSameContext(weights, "Conv2d backward");
        using var profile = dy.Context.Profile("Conv2d", "input gradient", 2.0 * shape.Multiplications);
        var dx = new Tensor<T>(input, dy.Context, "Conv2d input gradient");
        Choose(dy.Context, shape, ConvolutionPass.InputGradient).InputGradient(shape, dy, weights, dx);
        return dx;
    }

    public static Tensor<T> WeightGradient<T>(Tensor<T> x, Tensor<T> dy, Shape weights, ConvolutionGeometry geometry)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = ConvolutionShape.Of(x.Shape, weights, geometry);
        RequireGradientShape(shape, dy);
        x.RequireSameContext(dy, "Conv2d backward");
        using var profile = x.Context.Profile("Conv2d", "weight gradient", 2.0 * shape.Multiplications);
        var dw = new Tensor<T>(weights, x.Context, "Conv2d weight gradient");
        Choose(x.Context, shape, ConvolutionPass.WeightGradient).WeightGradient(shape, x, dy, dw);
        return dw;
    }

    private static ConvolutionAlgorithm Choose(ComputeContext context, in ConvolutionShape shape, ConvolutionPass pass) =>
        ConvolutionAlgorithms.Choose(shape, pass, context.VectorWidth, context.ConvolutionAlgorithm);

    private static void RequireGradientShape<T>(in ConvolutionShape shape, Tensor<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (dy.Shape != shape.Output) throw new ShapeException($"Conv2d backward: gradient {dy.Shape} does not fit, the output is {shape.Output}.");
    }
}
