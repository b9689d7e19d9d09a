using System.Globalization;
using System.Text.Json.Serialization;

namespace DeepSharp.Nn;

/// <summary>The result of one epoch: a line of <c>metrics.jsonl</c>.</summary>
/// <param name="Epoch">The number of the epoch, from 1.</param>
/// <param name="TrainLoss">The mean loss of the training images, each computed in the step that used the image.</param>
/// <param name="TestLoss">The mean loss of the test images after the epoch.</param>
/// <param name="TestAccuracy">The fraction of the test images, 0 to 1, that were classified correctly after the epoch.</param>
/// <param name="LearningRate">The learning rate of the first parameter group at the end of the epoch.</param>
/// <param name="ImagesPerSecond">
/// Training images per second. The time includes waiting for batches, but excludes evaluation and checkpoints. The first five steps of a
/// trainer, in which methods are compiled, do not count, unless the epoch has no others.
/// </param>
/// <param name="Seconds">The duration of the epoch in seconds, including evaluation but not the checkpoint.</param>
/// <param name="Metrics">The values of the metrics in the options, by name; null if there are none.</param>
public sealed record EpochResult(
    int Epoch, double TrainLoss, double TestLoss, double TestAccuracy, double LearningRate, double ImagesPerSecond, double Seconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, double>? Metrics = null)
{
    /// <summary>One line, ending with any metrics: <c>epoch 3: train loss 0.4321, test loss 0.5012, test accuracy 83.20%</c>.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {Epoch}: train loss {TrainLoss:0.0000}, test loss {TestLoss:0.0000}, test accuracy {TestAccuracy:0.00%}") +
        string.Concat((Metrics ?? new Dictionary<string, double>()).Select(
            metric => string.Create(CultureInfo.InvariantCulture, $", {metric.Key} {metric.Value:0.0000}")));
}
