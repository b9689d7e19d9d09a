namespace DeepSharp.Nn;

/// <summary>The result of a training run.</summary>
/// <param name="Epochs">The result of each epoch, including those before a resumption.</param>
/// <param name="Steps">The number of steps, including those before a resumption.</param>
/// <param name="Checkpoint">The path of the checkpoint; null if the trainer has no folder.</param>
/// <param name="WeightsSha256">The hash of the model's state, see <see cref="StateDict.Sha256"/>.</param>
public sealed record TrainingResult(IReadOnlyList<EpochResult> Epochs, long Steps, string? Checkpoint, string WeightsSha256)
{
    /// <summary>The result of the last epoch.</summary>
    public EpochResult Last => Epochs[^1];

    /// <summary>Training images per second over all epochs; see <see cref="EpochResult.ImagesPerSecond"/>.</summary>
    // All epochs have the same number of images, so the rate over all of them is the harmonic mean of their rates.
    public double ImagesPerSecond => Epochs.Count / Epochs.Sum(epoch => 1 / epoch.ImagesPerSecond);

    /// <summary>The sum of the durations of all epochs in seconds; see <see cref="EpochResult.Seconds"/>.</summary>
    public double Seconds => Epochs.Sum(epoch => epoch.Seconds);

    /// <summary>A line for each epoch, and one for the hash of the weights.</summary>
    public override string ToString() =>
        string.Join(Environment.NewLine, [.. Epochs.Select(epoch => epoch.ToString()), $"weights {WeightsSha256}"]);
}
