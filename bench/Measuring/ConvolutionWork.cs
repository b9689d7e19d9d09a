using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Measuring;

/// <summary>The operands of a convolution: a rectified input, weights with He's deviation, and a gradient.</summary>
/// <remarks>Rounded to float also in double, so that both element types compute the same sums.</remarks>
public sealed class ConvolutionWork<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ConvolutionShape shape;
    private readonly Tensor<T> x, weights, dy;

    /// <summary>Draws the operands.</summary>
    public ConvolutionWork(ComputeContext context, ConvolutionShape shape)
    {
        this.shape = shape;
        x = Draw(shape.Input, "x", value => Math.Max(value, 0), context);
        double deviation = Math.Sqrt(2.0 / (shape.C * shape.Window.Height * shape.Window.Width));
        weights = Draw(shape.Weights, "weights", value => deviation * value, context);
        dy = Draw(shape.Output, "dy", value => value, context);
    }

    /// <summary>Computes one pass; the caller disposes the result.</summary>
    public Tensor<T> Run(ConvolutionPass pass) => pass switch
    {
        ConvolutionPass.Forward => x.Context.Kernels.Convolution(x, weights, null, shape.Window),
        ConvolutionPass.InputGradient => x.Context.Kernels.ConvolutionInputGradient(dy, weights, shape.Input, shape.Window),
        _ => x.Context.Kernels.ConvolutionWeightGradient(x, dy, shape.Weights, shape.Window),
    };

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        x.Dispose();
        weights.Dispose();
        dy.Dispose();
    }

    private static Tensor<T> Draw(Shape shape, string name, Func<double, double> map, ComputeContext context)
    {
        var stream = new RandomStream(1, name);
        T[] elements = new T[shape.ElementCount];
        for (int i = 0; i < elements.Length; i++) elements[i] = T.CreateTruncating((float)map(stream.Normal(i)));
        return Tensor<T>.FromArray(elements, shape, context);
    }
}
