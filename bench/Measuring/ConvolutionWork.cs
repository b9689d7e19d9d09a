using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Measuring;

/// <summary>Random operands of a convolution: an input after ReLU, weights with He's standard deviation, and an output gradient.</summary>
/// <remarks>All values are rounded to float, so that the operands are the same for float and double.</remarks>
public sealed class ConvolutionWork<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ConvolutionShape shape;
    private readonly Tensor<T> x, weights, dy;

    /// <summary>Generates random operands.</summary>
    public ConvolutionWork(ComputeContext context, ConvolutionShape shape)
    {
        this.shape = shape;
        x = RandomTensor(shape.Input, "x", value => Math.Max(value, 0), context);
        double standardDeviation = Math.Sqrt(2.0 / (shape.C * shape.Window.Height * shape.Window.Width));
        weights = RandomTensor(shape.Weights, "weights", value => standardDeviation * value, context);
        dy = RandomTensor(shape.Output, "dy", value => value, context);
    }

    /// <summary>Computes one pass; the caller disposes the result.</summary>
    public Tensor<T> Run(ConvolutionPass pass) => pass switch
    {
        ConvolutionPass.Forward => x.Context.Kernels.Convolution(x, weights, null, shape.Window),
        ConvolutionPass.InputGradient => x.Context.Kernels.ConvolutionInputGradient(dy, weights, shape.Input, shape.Window),
        _ => x.Context.Kernels.ConvolutionWeightGradient(x, dy, shape.Weights, shape.Window),
    };

    /// <summary>Releases the memory of the operands.</summary>
    public void Dispose()
    {
        x.Dispose();
        weights.Dispose();
        dy.Dispose();
    }

    private static Tensor<T> RandomTensor(Shape shape, string name, Func<double, double> map, ComputeContext context)
    {
        var stream = new RandomStream(1, name);
        T[] elements = new T[shape.ElementCount];
        for (int i = 0; i < elements.Length; i++) elements[i] = T.CreateTruncating((float)map(stream.Normal(i)));
        return Tensor<T>.FromArray(elements, shape, context);
    }
}
