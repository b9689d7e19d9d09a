using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Describes a <see cref="BatchNorm2d{T}"/>.</summary>
/// <param name="Key">Its path in the model.</param>
/// <param name="Channels">Channels of the images.</param>
public sealed record BatchNorm2dPlan(string Key, int Channels) : LayerPlan(Key)
{
    /// <inheritdoc/>
    public override long ParameterCount => 2L * Channels;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        RequireImages(input, Channels);
        return input;
    }

    /// <inheritdoc/>
    // Once per image: torchinfo counts no positions here.
    public override long MultiplyAdds(Shape output) => ParameterCount * output[0];

    /// <inheritdoc/>
    public override Module<T> Build<T>(LayerSource source) => new BatchNorm2d<T>(Channels, context: source.Context);
}

/// <summary>Batch normalization of images [N, C, H, W] (Ioffe and Szegedy, arXiv 1502.03167), with PyTorch's running statistics.</summary>
/// <remarks>
/// In training mode it normalizes by the batch's mean and variance and updates <c>running_mean</c>, <c>running_var</c> (unbiased) and
/// <c>num_batches_tracked</c>; in evaluation mode, or <see cref="Frozen"/>, it uses the running ones.
/// </remarks>
public sealed class BatchNorm2d<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Counter batchesTracked;

    /// <summary>A new layer: weight 1, bias 0, running mean 0, running variance 1.</summary>
    /// <param name="channels">Channels of the images.</param>
    /// <param name="epsilon">Added to the variance, so that a constant channel does not divide by zero.</param>
    /// <param name="momentum">The share of the batch in the new running statistics.</param>
    /// <param name="context">Where the parameters live; null for the default.</param>
    public BatchNorm2d(int channels, double epsilon = 1e-5, double momentum = 0.1, ComputeContext? context = null)
    {
        (Epsilon, Momentum) = (epsilon, momentum);
        Weight = AddParameter("weight", Tensor<T>.Ones([channels], context));
        Bias = AddParameter("bias", Tensor<T>.Zeros([channels], context));
        RunningMean = AddBuffer("running_mean", Tensor<T>.Zeros([channels], context));
        RunningVariance = AddBuffer("running_var", Tensor<T>.Ones([channels], context));
        batchesTracked = AddCounter("num_batches_tracked");
    }

    /// <summary>The scale of each normalized channel (gamma), [C].</summary>
    public Parameter<T> Weight { get; }

    /// <summary>What is added to each channel (beta), [C].</summary>
    public Parameter<T> Bias { get; }

    /// <summary>The running mean of each channel, [C].</summary>
    public Tensor<T> RunningMean { get; }

    /// <summary>The running unbiased variance of each channel, [C].</summary>
    public Tensor<T> RunningVariance { get; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>The share of the batch in the new running statistics.</summary>
    public double Momentum { get; }

    /// <summary>Whether training, too, uses the running statistics and leaves them as they are.</summary>
    public bool Frozen { get; set; }

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x)
    {
        ArgumentNullException.ThrowIfNull(x);
        var y = x.BatchNorm(x.Tape.Use(Weight), x.Tape.Use(Bias), RunningMean, RunningVariance, Momentum, Epsilon, Frozen);
        CountBatch(x.Tape);
        return y;
    }

    /// <summary>What the operation needs beside its input, weight and bias.</summary>
    internal BatchNormSettings<T> Settings => new(RunningMean, RunningVariance, Momentum, Epsilon, Frozen);

    /// <summary>Counts the batch, if its statistics enter the running ones.</summary>
    internal void CountBatch(Tape<T> tape)
    {
        if (tape.Mode == Mode.Training && !Frozen) batchesTracked.Next();
    }
}
