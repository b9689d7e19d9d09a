using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>How well a model does on labelled images.</summary>
/// <param name="Correct">The number of images whose class has the highest score.</param>
/// <param name="Total">The number of images.</param>
/// <param name="Loss">The mean cross-entropy.</param>
public sealed record EvaluationResult(int Correct, int Total, double Loss)
{
    /// <summary>The share of the images, 0 to 1, whose class has the highest score.</summary>
    public double Accuracy => (double)Correct / Total;
}

/// <summary>Tries a model on labelled images.</summary>
public static class Evaluation
{
    /// <summary>How many images are computed at once unless another number is asked for.</summary>
    public const int DefaultBatchSize = 128;

    /// <summary>Computes the scores of all images in evaluation mode and compares them with the labels.</summary>
    /// <param name="model">From images [N, C, H, W] to scores [N, classes]; it stays as it is.</param>
    /// <param name="images">The images and their labels.</param>
    /// <param name="batchSize">How many are computed at once: a matter of speed and memory only.</param>
    /// <param name="progress">Told of the number of images done.</param>
    /// <param name="see">Shown the scores [N, classes] of each batch, in the order of the images; they are gone afterwards.</param>
    /// <param name="cancellation">Stops it between two batches.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static EvaluationResult Evaluate<T>(
        this Module<T> model, IImageDataset images, int batchSize = DefaultBatchSize, IProgress<int>? progress = null, Action<Tensor<T>>? see = null,
        CancellationToken cancellation = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        int correct = 0, total = 0;
        double loss = 0;
        foreach (var batch in images.Batches<T>(batchSize, ModelState.ContextOf(model)))
        {
            cancellation.ThrowIfCancellationRequested();
            using var tape = new Tape<T>(Mode.Evaluation);
            var logits = model.Forward(tape.Input(batch.Images));
            loss += double.CreateChecked(logits.CrossEntropy(batch.Labels, reduction: LossReduction.Sum).Value.ToScalar());
            correct += CountCorrect(logits.Value, batch.Labels);
            see?.Invoke(logits.Value);
            total += batch.Count;
            progress?.Report(total);
        }

        return new EvaluationResult(correct, total, loss / total);
    }

    private static int CountCorrect<T>(Tensor<T> logits, ReadOnlySpan<int> labels)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int[] best = logits.Context.Kernels.ArgMax(logits, axis: 1);
        int correct = 0;
        for (int n = 0; n < labels.Length; n++)
        {
            if (best[n] == labels[n]) correct++;
        }

        return correct;
    }
}
