namespace DeepSharp.Nn.Tests.Training;

/// <summary>
/// A training run of a few steps with every kind of state that a checkpoint must store: batch normalization, dropout, momentum, schedule
/// and augmentation.
/// </summary>
internal static class SmallTraining
{
    public static readonly TrainingOptions Options = new()
    {
        Epochs = 3,
        BatchSize = 24,
        LearningRate = 0.02,
        WeightDecay = 1e-3,
        StepSize = 2,
        Seed = 5,
        Augment = Augment.CropAndFlip,
    };

    // 70 images make two full batches and one of 22.
    public const int Steps = 3;

    public static readonly ImageData Data = new DataSource { LimitTrain = 70, LimitTest = 40 }.Load(TestContexts.Default);

    public static Sequential<float> Model() => new(
        Convolution("0", 3, 6), new BatchNorm2d<float>(6, context: TestContexts.Default), new Relu<float>(), new MaxPool2d<float>(2),
        Convolution("4", 6, 8), new BatchNorm2d<float>(8, context: TestContexts.Default), new Relu<float>(), new MaxPool2d<float>(2),
        new AdaptiveAveragePool2d<float>(2, 2), new Flatten<float>(),
        Linear("10", 8 * 2 * 2, 12), new Relu<float>(), new Dropout<float>(0.5, Random("dropout/12")), Linear("13", 12, 10));

    public static Conv2d<float> Convolution(string key, int inChannels, int outChannels) => new(
        inChannels,
        outChannels,
        3,
        Random($"initialization/{key}"),
        padding: 1,
        initialization: Initialization.KaimingFanOut,
        context: TestContexts.Default);

    public static Linear<float> Linear(string key, int inFeatures, int outFeatures) => new(
        inFeatures,
        outFeatures,
        Random($"initialization/{key}"),
        initialization: Initialization.KaimingFanOut,
        context: TestContexts.Default);

    /// <summary>Trains from the beginning.</summary>
    public static TrainingResult Run(
        TrainingOptions? options = null,
        string? folder = null,
        Action<TrainingProgress>? watch = null,
        CancellationToken cancellationToken = default)
    {
        using var model = Model();
        using var trainer = new Trainer<float>(model, Data, Full(options ?? Options), folder);
        return trainer.Run(watch is null ? null : new Watch<TrainingProgress>(watch), cancellationToken);
    }

    /// <summary>Resumes from a checkpoint and trains to the end.</summary>
    public static TrainingResult Resume(string folder, TrainingOptions? options = null)
    {
        using var checkpoint = TrainingCheckpoint.Open(folder);
        using var model = Model();
        using var trainer = new Trainer<float>(model, Data, Full(options ?? checkpoint.Options), folder);
        trainer.Restore(checkpoint);
        checkpoint.Dispose();
        return trainer.Run();
    }

    /// <summary>Adds default functions to numeric options. Options that already have functions are returned unchanged.</summary>
    public static TrainingOptions<float> Full(TrainingOptions options) =>
        options as TrainingOptions<float> ?? new TrainingOptions<float>(options);

    /// <summary>The result of an epoch, with the measured times and rates set to 0.</summary>
    public static EpochResult Untimed(EpochResult epoch) => epoch with { ImagesPerSecond = 0, Seconds = 0 };

    private static RandomStream Random(string purpose) => new(9, purpose);
}
