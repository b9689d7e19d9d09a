using System.Globalization;
using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Data;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>The result of evaluating a model on labeled images.</summary>
/// <param name="Correct">The number of images whose label is the class with the highest score.</param>
/// <param name="Total">The number of images.</param>
/// <param name="Loss">The mean loss of the images.</param>
/// <param name="Metrics">The values of the metrics in the options, by name; null if there are none.</param>
public sealed record EvaluationResult(int Correct, int Total, double Loss, IReadOnlyDictionary<string, double>? Metrics = null)
{
    /// <summary>The fraction of the images, 0 to 1, whose label is the class with the highest score.</summary>
    public double Accuracy => (double)Correct / Total;

    /// <summary>One line: <c>8320 of 10000 right (83.20%), loss 0.5012</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Correct} of {Total} right ({Accuracy:0.00%}), loss {Loss:0.0000}");
}

/// <summary>The options of an evaluation: batch size, loss, metrics and progress reports. Accuracy is always measured.</summary>
public sealed record EvaluationOptions<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The number of images computed at once. It affects speed and memory; results differ only by rounding.</summary>
    public int BatchSize { get; init; } = Evaluation.DefaultBatchSize;

    /// <summary>The loss, a mean over the batch; null for cross-entropy.</summary>
    public LossFunction<T>? Loss { get; init; }

    /// <summary>The metrics to compute. Every batch is added to each of them. They are not reset first, so pass new ones.</summary>
    public IReadOnlyList<Metric<T>> Metrics { get; init; } = [];

    /// <summary>
    /// Called with the scores [N, classes] of each batch, in the order of the images. The scores are released after the call.
    /// </summary>
    public Action<Tensor<T>>? OnLogits { get; init; }

    /// <summary>Receives the number of images evaluated so far, after each batch.</summary>
    public IProgress<int>? Progress { get; init; }
}

/// <summary>Evaluates a model on labeled images.</summary>
public static class Evaluation
{
    /// <summary>The default number of images computed at once.</summary>
    public const int DefaultBatchSize = 128;

    /// <summary>Computes the scores of all images in evaluation mode and compares them with the labels.</summary>
    /// <param name="model">A model that maps images [N, C, H, W] to scores [N, classes]; it is not changed.</param>
    /// <param name="images">The images and their labels.</param>
    /// <param name="options">The options; null to measure cross-entropy and accuracy.</param>
    /// <param name="cancellationToken">Cancels the evaluation before the next batch.</param>
    /// <exception cref="ArgumentException">
    /// The batch size is below 1, the model does not accept the images, or two metrics have the same name.
    /// </exception>
    /// <exception cref="InvalidDataException">A label is not the index of a class.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was canceled.</exception>
    public static EvaluationResult Evaluate<T>(
        this Module<T> model, IImageDataset images, EvaluationOptions<T>? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new EvaluationOptions<T>();
        var accuracy = new Accuracy<T>();
        double loss = 0;
        foreach (var batch in images.Batches<T>(options.BatchSize, model.Context))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var tape = new Tape<T>(Mode.Evaluation);
            var logits = model.Forward(tape.Input(batch.Images));
            loss += options.Loss is { } custom
                ? double.CreateChecked(custom(logits, batch.Labels).Value.ToScalar()) * batch.Count
                : double.CreateChecked(logits.CrossEntropy(batch.Labels, reduction: LossReduction.Sum).Value.ToScalar());
            accuracy.Add(logits.Value, batch.Labels);
            foreach (var metric in options.Metrics) metric.Add(logits.Value, batch.Labels);
            options.OnLogits?.Invoke(logits.Value);
            options.Progress?.Report(accuracy.Total);
        }

        var metrics = options.Metrics.Count == 0 ? null : options.Metrics.ToDictionary(metric => metric.Name, metric => metric.Value);
        return new EvaluationResult(accuracy.Correct, accuracy.Total, loss / accuracy.Total, metrics);
    }
}
