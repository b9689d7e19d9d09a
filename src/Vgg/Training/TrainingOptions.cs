namespace DeepSharp.Vgg;

/// <summary>How a <see cref="Trainer{T}"/> trains.</summary>
public sealed record TrainingOptions
{
    /// <summary>How many times the training goes through all training images.</summary>
    public int Epochs { get; init; } = 24;

    /// <summary>The images of one step.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>The learning rate of the first epochs.</summary>
    public double LearningRate { get; init; } = 0.05;

    /// <summary>The share of the old velocity that each step keeps.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>The share of each weight that is added to its gradient.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>The number of epochs after which the learning rate is multiplied by <see cref="Gamma"/>, again and again.</summary>
    public int StepSize { get; init; } = 8;

    /// <summary>The factor of the learning rate.</summary>
    public double Gamma { get; init; } = 0.1;

    /// <summary>The seed of the order of the images and of their random changes.</summary>
    public long Seed { get; init; }

    /// <summary>How training images are changed.</summary>
    public Augment Augment { get; init; } = Augment.None;
}
