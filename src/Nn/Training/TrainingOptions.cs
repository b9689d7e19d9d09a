using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Data;

namespace DeepSharp.Nn;

/// <summary>How a <see cref="Trainer{T}"/> trains, as far as numbers tell; a checkpoint holds them.</summary>
public record TrainingOptions
{
    /// <summary>How many times the training goes through all training images.</summary>
    public int Epochs { get; init; } = 24;

    /// <summary>The images of one step.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Whether a last batch with fewer images than <see cref="BatchSize"/> is left out.</summary>
    public bool DropLast { get; init; }

    /// <summary>The learning rate of the first epochs.</summary>
    public double LearningRate { get; init; } = 0.05;

    /// <summary>The momentum of SGD.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>The fraction of each weight that is added to its gradient.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>The number of epochs after which the learning rate is multiplied by <see cref="Gamma"/>, again and again.</summary>
    public int StepSize { get; init; } = 8;

    /// <summary>The factor of the learning rate.</summary>
    public double Gamma { get; init; } = 0.1;

    /// <summary>The seed of the order of the images and of their augmentation.</summary>
    public long Seed { get; init; }

    /// <summary>How training images are augmented.</summary>
    public Augment Augment { get; init; } = Augment.None;

    /// <summary>These numbers without what a derived record adds.</summary>
    internal TrainingOptions Numbers => new(this);
}

/// <summary>How a <see cref="Trainer{T}"/> trains: numbers, and what is made by functions, which a program gives again when it resumes.</summary>
public sealed record TrainingOptions<T> : TrainingOptions
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The default options.</summary>
    public TrainingOptions()
    {
    }

    /// <summary>Options with the numbers of others, for instance of a checkpoint.</summary>
    public TrainingOptions(TrainingOptions numbers)
        : base(numbers)
    {
    }

    /// <summary>Makes the optimizer of a model's parameters; SGD with momentum and weight decay unless replaced.</summary>
    public Func<Module<T>, Optimizer<T>>? Optimizer { get; init; }

    /// <summary>Makes the schedule of an optimizer, which makes a step after each epoch; steps of <see cref="TrainingOptions.Gamma"/> unless replaced.</summary>
    public Func<Optimizer, LearningRateSchedule>? Schedule { get; init; }

    /// <summary>The loss that is minimized, a mean over the batch; cross-entropy unless replaced.</summary>
    public LossFunction<T>? Loss { get; init; }

    /// <summary>Makes the metrics that are measured on the test images after each epoch, beside loss and accuracy.</summary>
    public IReadOnlyList<Func<Metric<T>>> Metrics { get; init; } = [];

    /// <summary>Called in this order during the training.</summary>
    public IReadOnlyList<TrainingCallback<T>> Callbacks { get; init; } = [];

    /// <summary>The optimizer that these options describe.</summary>
    internal Optimizer<T> CreateOptimizer(Module<T> model) =>
        Optimizer?.Invoke(model) ?? new Sgd<T>(model.Parameters(), LearningRate, Momentum, weightDecay: WeightDecay);

    /// <summary>The schedule that these options describe.</summary>
    internal LearningRateSchedule CreateSchedule(Optimizer optimizer) => Schedule?.Invoke(optimizer) ?? new StepSchedule(optimizer, StepSize, Gamma);
}

/// <summary>A loss of rank 0 from scores [N, classes] and N labels.</summary>
public delegate Variable<T> LossFunction<T>(Variable<T> logits, ReadOnlySpan<int> labels)
    where T : unmanaged, IFloatingPointIeee754<T>;
