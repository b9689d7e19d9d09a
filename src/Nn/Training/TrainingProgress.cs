namespace DeepSharp.Nn;

/// <summary>The progress of a training run, reported after every step and once more after every epoch.</summary>
public readonly record struct TrainingProgress
{
    /// <summary>The epoch, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>The number of epochs.</summary>
    public required int Epochs { get; init; }

    /// <summary>The completed steps of the epoch.</summary>
    public required int Step { get; init; }

    /// <summary>The number of steps in an epoch.</summary>
    public required int Steps { get; init; }

    /// <summary>The mean training loss of the epoch so far.</summary>
    public required double Loss { get; init; }

    /// <summary>Training images per second in this epoch so far; see <see cref="EpochResult.ImagesPerSecond"/>.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>The estimated time until the end of the training.</summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>The result of the epoch if it is complete; null otherwise.</summary>
    public EpochResult? Result { get; init; }
}
