using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>A convolution and what follows it (batch normalization, rectifier, max pooling; each may be absent), computed as one operation.</summary>
internal sealed class ConvolutionStage<T> : Stage<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Conv2d<T> convolution;
    private readonly BatchNorm2d<T>? norm;
    private readonly bool relu;
    private readonly Window2d? pool;

    private ConvolutionStage(Conv2d<T> convolution, BatchNorm2d<T>? norm, bool relu, MaxPool2d<T>? pool, Module<T>[] modules)
        : base(modules)
    {
        this.convolution = convolution;
        this.norm = norm;
        this.relu = relu;
        if (pool is not null) this.pool = Window2d.Square(pool.Window, pool.Stride, pool.Padding);
    }

    /// <summary>The stage that some of the modules form from <paramref name="first"/> on; null where that is no convolution, or nothing joins it.</summary>
    public static ConvolutionStage<T>? From(Module<T>[] modules, int first)
    {
        if (modules[first] is not Conv2d<T> convolution) return null;
        int end = first + 1;
        var norm = modules.ElementAtOrDefault(end) as BatchNorm2d<T>;
        if (norm is not null) end++;
        bool relu = modules.ElementAtOrDefault(end) is Relu<T>;
        if (relu) end++;
        var pool = modules.ElementAtOrDefault(end) as MaxPool2d<T>;
        if (pool is not null) end++;
        return end > first + 1 ? new ConvolutionStage<T>(convolution, norm, relu, pool, modules[first..end]) : null;
    }

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x)
    {
        var tape = x.Tape;
        var settings = new ConvolutionBlockSettings<T>(
            Window2d.Of(convolution.Weight.Shape, convolution.Stride, convolution.Padding), norm?.Settings, relu, pool);
        var y = x.ConvolutionBlock(settings, tape.Use(convolution.Weight), Use(convolution.Bias), Use(norm?.Weight), Use(norm?.Bias));
        norm?.CountBatch(tape);
        return y;

        Variable<T>? Use(Parameter<T>? parameter) => parameter is null ? null : tape.Use(parameter);
    }
}
