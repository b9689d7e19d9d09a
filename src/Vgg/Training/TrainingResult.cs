namespace DeepSharp.Vgg;

/// <summary>What came of a training.</summary>
/// <param name="Epochs">What came of each epoch, those before a resumption included.</param>
/// <param name="Steps">The number of steps, those before a resumption included.</param>
/// <param name="Checkpoint">The file of the last checkpoint; null where none was asked for.</param>
/// <param name="WeightsSha256">The <see cref="WeightsHash"/> of the model.</param>
public sealed record TrainingResult(IReadOnlyList<EpochResult> Epochs, long Steps, string? Checkpoint, string WeightsSha256)
{
    /// <summary>What came of the last epoch.</summary>
    public EpochResult Last => Epochs[^1];

    /// <summary>Training images per second of steps in all epochs together.</summary>
    // All epochs have the same number of images: the mean of the times is the harmonic mean of the rates.
    public double ImagesPerSecond => Epochs.Count / Epochs.Sum(epoch => 1 / epoch.ImagesPerSecond);

    /// <summary>How long all epochs took, evaluation included.</summary>
    public double Seconds => Epochs.Sum(epoch => epoch.Seconds);
}
