using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Describes a <see cref="Conv2d{T}"/>.</summary>
/// <param name="Key">Its path in the model.</param>
/// <param name="InChannels">Channels of the input.</param>
/// <param name="OutChannels">Channels of the output.</param>
/// <param name="KernelSize">Height and width of the kernel.</param>
/// <param name="Padding">Rows and columns of zeros around the image.</param>
/// <param name="HasBias">Whether a bias is added.</param>
public sealed record Conv2dPlan(string Key, int InChannels, int OutChannels, int KernelSize, int Padding, bool HasBias) : LayerPlan(Key)
{
    /// <inheritdoc/>
    public override long ParameterCount => ((long)OutChannels * InChannels * KernelSize * KernelSize) + (HasBias ? OutChannels : 0);

    /// <summary>All lengths of the convolution of an input, by which its algorithms are chosen.</summary>
    /// <exception cref="ShapeException">The layer cannot take the input.</exception>
    public ConvolutionShape Convolution(Shape input) =>
        ConvolutionShape.Of(input, [OutChannels, InChannels, KernelSize, KernelSize], Window2d.Square(KernelSize, stride: 1, Padding));

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        RequireImages(input, InChannels);
        return Slide(input, OutChannels, KernelSize, stride: 1, Padding);
    }

    /// <inheritdoc/>
    public override long MultiplyAdds(Shape output) => ParameterCount * output[0] * output[2] * output[3];

    /// <inheritdoc/>
    public override ReceptiveField Grow(ReceptiveField field, Shape input) => field.Window(KernelSize);

    /// <inheritdoc/>
    public override Module<T> Build<T>(LayerSource source) => new Conv2d<T>(
        InChannels, OutChannels, KernelSize, source.Random("initialization", Key), 1, Padding, HasBias, source.Initialization, source.Context);
}

/// <summary>A convolution of images [N, I, H, W] with <c>weight</c> [O, I, k, k] and, unless left out, <c>bias</c> [O].</summary>
public sealed class Conv2d<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>A new layer.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernelSize">Height and width of the kernel.</param>
    /// <param name="random">Where the weights are drawn from.</param>
    /// <param name="stride">Pixels between neighbouring positions of the kernel.</param>
    /// <param name="padding">Rows and columns of zeros around the image.</param>
    /// <param name="bias">Whether to add a bias; needless before a batch normalization.</param>
    /// <param name="initialization">How the weights are drawn.</param>
    /// <param name="context">Where the parameters live; null for the default.</param>
    public Conv2d(int inChannels, int outChannels, int kernelSize, RandomStream random, int stride = 1, int padding = 0, bool bias = true,
        Initialization initialization = Initialization.Uniform, ComputeContext? context = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        Shape shape = [outChannels, inChannels, kernelSize, kernelSize];
        (Stride, Padding) = (stride, padding);
        Weight = AddParameter("weight", Initializer.Weight<T>(shape, initialization, random, context));
        if (bias) Bias = AddParameter("bias", Initializer.Bias<T>(shape, initialization, random, context));
    }

    /// <summary>The kernels, [O, I, k, k].</summary>
    public Parameter<T> Weight { get; }

    /// <summary>What is added to each output channel, [O]; null where left out.</summary>
    public Parameter<T>? Bias { get; }

    /// <summary>Pixels between neighbouring positions of the kernel.</summary>
    public int Stride { get; }

    /// <summary>Rows and columns of zeros around the image.</summary>
    public int Padding { get; }

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Conv2d(x.Tape.Use(Weight), Bias is null ? null : x.Tape.Use(Bias), Stride, Padding);
    }
}
