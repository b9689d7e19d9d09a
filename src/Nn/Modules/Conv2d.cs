using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>A convolution of images [N, I, H, W] with <c>weight</c> [O, I, k, k] and an optional <c>bias</c> [O].</summary>
/// <remarks>Groups, dilation and transposed convolutions are not supported.</remarks>
public sealed class Conv2d<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Creates a layer.</summary>
    /// <param name="inChannels">The number of input channels.</param>
    /// <param name="outChannels">The number of output channels.</param>
    /// <param name="kernelSize">The height and width of the kernel.</param>
    /// <param name="random">The random stream of the initial weight and bias.</param>
    /// <param name="stride">The distance between neighboring positions of the kernel in pixels.</param>
    /// <param name="padding">The number of rows or columns of zeros on each side of the image.</param>
    /// <param name="bias">Whether to add a bias; not needed before a batch normalization.</param>
    /// <param name="initialization">How the weight and the bias are initialized.</param>
    /// <param name="context">The context of the parameters; null for the default.</param>
    /// <exception cref="ArgumentException">
    /// A number of channels, the kernel size or the stride is below 1, or the padding is negative.
    /// </exception>
    public Conv2d(int inChannels, int outChannels, int kernelSize, RandomStream random, int stride = 1, int padding = 0, bool bias = true,
        Initialization initialization = Initialization.Uniform, ComputeContext? context = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        Shape shape = [outChannels, inChannels, kernelSize, kernelSize];
        Window = Window2d.Square(kernelSize, stride, padding);
        Weight = AddParameter("weight", shape, own => Initializer.Weight<T>(shape, initialization, random, own), context);
        if (bias) Bias = AddParameter("bias", [outChannels], own => Initializer.Bias<T>(shape, initialization, random, own), context);
    }

    /// <summary>The kernels, [O, I, k, k].</summary>
    public Parameter<T> Weight { get; }

    /// <summary>The bias of each output channel, [O]; null if the layer has none.</summary>
    public Parameter<T>? Bias { get; }

    /// <summary>Kernel size, stride and padding.</summary>
    public Window2d Window { get; }

    /// <inheritdoc/>
    protected override string Settings =>
        $"{Weight.Shape[1]}, {Weight.Shape[0]}, kernel {Window}{(Bias is null ? ", no bias" : "")}";

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Conv2d(x.Tape.Use(Weight), Bias is null ? null : x.Tape.Use(Bias), Window);
    }

    /// <summary>The dimensions of the convolution for an input shape. The choice of its algorithm depends on them.</summary>
    /// <exception cref="ShapeException">The layer does not accept the input shape.</exception>
    public ConvolutionShape Convolution(Shape input) =>
        ConvolutionShape.Of(RequireImages(input, Weight.Shape[1]), Weight.Shape, Window);

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input, Mode mode = Mode.Evaluation) => Convolution(input).Output;

    /// <inheritdoc/>
    public override long MultiplyAdds(Shape output) => ParameterCount * output[0] * output[2] * output[3];

    /// <inheritdoc/>
    public override ReceptiveField Grow(ReceptiveField field, Shape input) => field.Window(Window.Height, Window.StrideHeight);

    /// <inheritdoc/>
    public override void ExportOnnx(OnnxGraph graph, string key, Shape input) => ExportOnnx(graph, key, norm: null);

    /// <summary>Like the public overload, but folds <paramref name="norm"/> into the convolution, unless it is null.</summary>
    internal void ExportOnnx(OnnxGraph graph, string key, BatchNorm2d<T>? norm)
    {
        ArgumentNullException.ThrowIfNull(graph);
        List<string> inputs = [graph.Last];
        if (norm is not null)
        {
            var folded = Weight.Context.Kernels.FoldBatchNorm(
                Weight.Value, Bias?.Value, norm.Weight.Value, norm.Bias.Value, norm.RunningMean, norm.RunningVariance, norm.Epsilon);
            inputs.AddRange(graph.OwnConstant($"{key}.weight", folded.Weights), graph.OwnConstant($"{key}.bias", folded.Bias));
        }
        else
        {
            inputs.Add(graph.Constant($"{key}.weight", Weight.Shape, () => Weight.Value));
            if (Bias is { } bias) inputs.Add(graph.Constant($"{key}.bias", bias.Shape, () => bias.Value));
        }

        graph.Add("Conv", key, [.. inputs], MaxPool2d<T>.Attributes(Window));
    }
}
