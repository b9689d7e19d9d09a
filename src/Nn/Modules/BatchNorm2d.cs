using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>Batch normalization of images [N, C, H, W] (Ioffe and Szegedy, arXiv 1502.03167), with PyTorch's running statistics.</summary>
/// <remarks>
/// In training mode, it normalizes with the batch's mean and variance, and updates <c>running_mean</c>, <c>running_var</c> (unbiased) and
/// <c>num_batches_tracked</c>. In evaluation mode, or if <see cref="Frozen"/>, it uses the running statistics.
/// </remarks>
public sealed class BatchNorm2d<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly StateInteger batchesTracked;

    /// <summary>Creates a layer: weight 1, bias 0, running mean 0, running variance 1.</summary>
    /// <param name="channels">The number of channels of the images.</param>
    /// <param name="epsilon">The small constant added to the variance, so that a constant channel causes no division by zero.</param>
    /// <param name="momentum">The weight of the batch in an update of the running statistics.</param>
    /// <param name="context">The context of the parameters and running statistics; null for the default.</param>
    /// <exception cref="ArgumentException">The number of channels is below 1.</exception>
    public BatchNorm2d(int channels, double epsilon = 1e-5, double momentum = 0.1, ComputeContext? context = null)
    {
        (Epsilon, Momentum) = (epsilon, momentum);
        Weight = AddParameter("weight", [channels], own => Tensor<T>.Ones([channels], own), context);
        Bias = AddParameter("bias", [channels], own => Tensor<T>.Zeros([channels], own), context);
        RunningMean = AddBuffer("running_mean", Tensor<T>.Zeros([channels], context));
        RunningVariance = AddBuffer("running_var", Tensor<T>.Ones([channels], context));
        batchesTracked = AddInteger("num_batches_tracked");
    }

    /// <summary>The scale of each normalized channel (gamma), [C].</summary>
    public Parameter<T> Weight { get; }

    /// <summary>The shift of each normalized channel (beta), [C].</summary>
    public Parameter<T> Bias { get; }

    /// <summary>The running mean of each channel, [C].</summary>
    public Tensor<T> RunningMean { get; }

    /// <summary>The running mean of the unbiased variance of each channel, [C].</summary>
    public Tensor<T> RunningVariance { get; }

    /// <summary>The small constant that is added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>The weight of the batch in an update of the running statistics.</summary>
    public double Momentum { get; }

    /// <summary>Whether training also uses the running statistics, as constants, instead of updating them.</summary>
    public bool Frozen { get; set; }

    /// <inheritdoc/>
    protected override string Settings => $"{Channels}, epsilon {Epsilon}, momentum {Momentum}{(Frozen ? ", frozen" : "")}";

    private int Channels => RunningMean.Shape[0];

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x)
    {
        ArgumentNullException.ThrowIfNull(x);
        var y = x.BatchNorm(x.Tape.Use(Weight), x.Tape.Use(Bias), RunningMean, RunningVariance, Momentum, Epsilon, Frozen);
        CountBatch(x.Tape);
        return y;
    }

    /// <inheritdoc/>
    // The variance of a single value is always 0, so a training batch with one value per channel is rejected.
    public override Shape OutputShape(Shape input, Mode mode = Mode.Evaluation)
    {
        if (mode == Mode.Training && !Frozen && RequireImages(input)[0] * input[2] * input[3] == 1)
        {
            throw new ShapeException(
                $"{Kind}: training needs more than one value per channel, input {input} has one; " +
                "use another batch size, or drop the last batch.");
        }

        return RequireImages(input, Channels);
    }

    /// <inheritdoc/>
    public override void ExportOnnx(OnnxGraph graph, string key, Shape input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Shape shape = [Channels];
        graph.Add(
            "BatchNormalization", key,
            [
                graph.Last,
                graph.Constant($"{key}.weight", shape, () => Weight.Value),
                graph.Constant($"{key}.bias", shape, () => Bias.Value),
                graph.Constant($"{key}.running_mean", shape, () => RunningMean),
                graph.Constant($"{key}.running_var", shape, () => RunningVariance),
            ],
            OnnxAttribute.Of("epsilon", Epsilon));
    }

    /// <summary>The settings of the operation that computes this layer.</summary>
    internal BatchNormSettings<T> OperationSettings => new(RunningMean, RunningVariance, Momentum, Epsilon, Frozen);

    /// <summary>Counts the batch if its statistics update the running statistics.</summary>
    internal void CountBatch(Tape<T> tape)
    {
        if (tape.Mode == Mode.Training && !Frozen) batchesTracked.Next();
    }
}
