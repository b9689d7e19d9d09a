namespace DeepSharp.Nn;

/// <summary>Where a training stands: reported after every step, and once more after every epoch.</summary>
public readonly record struct TrainingProgress
{
    /// <summary>The epoch, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>The number of epochs.</summary>
    public required int Epochs { get; init; }

    /// <summary>The steps of the epoch that are done.</summary>
    public required int Step { get; init; }

    /// <summary>The steps of an epoch.</summary>
    public required int Steps { get; init; }

    /// <summary>The mean training loss of the epoch so far.</summary>
    public required double Loss { get; init; }

    /// <summary>Training images per second in this epoch so far.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>How long the rest of the training will take.</summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>The result of the epoch, once it is over; null before.</summary>
    public EpochResult? Result { get; init; }
}
