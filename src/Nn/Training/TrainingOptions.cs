using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Data;

namespace DeepSharp.Nn;

/// <summary>
/// The options of a <see cref="Trainer{T}"/> that a checkpoint stores: all except the functions in <see cref="TrainingOptions{T}"/>.
/// </summary>
public record TrainingOptions
{
    /// <summary>The number of passes over all training images.</summary>
    public int Epochs { get; init; } = 24;

    /// <summary>The number of images in one step. The last step of an epoch may have fewer.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Whether a last batch with fewer images than <see cref="BatchSize"/> is left out.</summary>
    public bool DropLast { get; init; }

    /// <summary>The initial learning rate of the default optimizer.</summary>
    public double LearningRate { get; init; } = 0.05;

    /// <summary>The momentum of the default optimizer, which is SGD.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>The weight decay of the default optimizer: the fraction of each weight that is added to its gradient.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>The number of epochs after which the default schedule multiplies the learning rate by <see cref="Gamma"/>.</summary>
    public int StepSize { get; init; } = 8;

    /// <summary>The factor by which the default schedule multiplies the learning rate.</summary>
    public double Gamma { get; init; } = 0.1;

    /// <summary>The seed of the order of the images and of their augmentation.</summary>
    public long Seed { get; init; }

    /// <summary>How training images are augmented.</summary>
    public Augment Augment { get; init; } = Augment.None;

    /// <summary>These options without the members of a derived record.</summary>
    internal TrainingOptions Numbers => new(this);
}

/// <summary>
/// All options of a <see cref="Trainer{T}"/>. The functions are not stored and must be passed again when a training run resumes.
/// </summary>
public sealed record TrainingOptions<T> : TrainingOptions
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Creates the default options.</summary>
    public TrainingOptions()
    {
    }

    /// <summary>Creates options from stored options, for example those of a checkpoint.</summary>
    public TrainingOptions(TrainingOptions numbers)
        : base(numbers)
    {
    }

    /// <summary>Creates the optimizer of a model's parameters; null for SGD with momentum and weight decay.</summary>
    public Func<Module<T>, Optimizer<T>>? Optimizer { get; init; }

    /// <summary>
    /// Creates the schedule of an optimizer; null for a <see cref="StepSchedule"/>. The schedule makes a step after each epoch.
    /// </summary>
    public Func<Optimizer, LearningRateSchedule>? Schedule { get; init; }

    /// <summary>The loss to minimize, a mean over the batch; null for cross-entropy.</summary>
    public LossFunction<T>? Loss { get; init; }

    /// <summary>Functions that create the metrics measured on the test images after each epoch, besides loss and accuracy.</summary>
    public IReadOnlyList<Func<Metric<T>>> Metrics { get; init; } = [];

    /// <summary>The callbacks, in the order in which they are called.</summary>
    public IReadOnlyList<TrainingCallback<T>> Callbacks { get; init; } = [];

    /// <summary>The optimizer that these options describe.</summary>
    internal Optimizer<T> CreateOptimizer(Module<T> model) =>
        Optimizer?.Invoke(model) ?? new Sgd<T>(model.Parameters(), LearningRate, Momentum, weightDecay: WeightDecay);

    /// <summary>The schedule that these options describe.</summary>
    internal LearningRateSchedule CreateSchedule(Optimizer optimizer) =>
        Schedule?.Invoke(optimizer) ?? new StepSchedule(optimizer, StepSize, Gamma);
}

/// <summary>Computes a loss of rank 0 from scores [N, classes] and N labels.</summary>
public delegate Variable<T> LossFunction<T>(Variable<T> logits, ReadOnlySpan<int> labels)
    where T : unmanaged, IFloatingPointIeee754<T>;
