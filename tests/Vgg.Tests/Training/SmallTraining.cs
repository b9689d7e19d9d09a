namespace DeepSharp.Vgg.Tests.Training;

/// <summary>A training of a few steps that uses everything a checkpoint must remember: batch normalization, dropout, momentum, schedule, augmentation.</summary>
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

    public static VggModel<float> Model() => VggModel.Create<float>(
        VggConfig.Parse("6,M,8,M"),
        new VggOptions { BatchNorm = true, Classes = 10, Head = new VggHead { PoolSize = 2, Hidden = [12] } },
        seed: 9,
        TestContexts.Default);

    /// <summary>Trains from the beginning.</summary>
    public static TrainingResult Run(TrainingOptions? options = null, string? folder = null, Action<TrainingProgress>? watch = null, CancellationToken cancellation = default)
    {
        using var model = Model();
        using var trainer = new Trainer<float>(model, Data, options ?? Options, folder);
        return trainer.Run(watch is null ? null : new Watch<TrainingProgress>(watch), cancellation);
    }

    /// <summary>Goes on from a checkpoint to the end.</summary>
    public static TrainingResult Resume(string folder, TrainingOptions? options = null)
    {
        using var checkpoint = TrainingCheckpoint.Open(folder);
        using var model = checkpoint.CreateModel<float>(TestContexts.Default);
        using var trainer = new Trainer<float>(model, Data, options ?? checkpoint.Options, folder);
        trainer.Restore(checkpoint);
        checkpoint.Dispose();
        return trainer.Run();
    }

    /// <summary>An epoch's result without what a clock measured.</summary>
    public static EpochResult Untimed(EpochResult epoch) => epoch with { ImagesPerSecond = 0, Seconds = 0 };
}

/// <summary>Progress that is told on the thread that reports it.</summary>
internal sealed class Watch<TValue>(Action<TValue> report) : IProgress<TValue>
{
    public void Report(TValue value) => report(value);
}
