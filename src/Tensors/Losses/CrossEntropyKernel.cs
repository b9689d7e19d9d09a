using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>The cross-entropy of logits x [N, C] and integer labels, with softmax, logarithm and label smoothing ε fused.</summary>
/// <remarks>
/// The target of a row with label y is q_k = ε/C, plus 1 − ε for k = y. The loss of the row is
/// −Σ q_k·log p_k = log Σ exp(x_k − m) − Σ q_k·(x_k − m), where p is the softmax of the row and m is its largest logit. The right-hand
/// side is computed: it does not overflow, and it takes no logarithm of a probability, which may be 0.
/// </remarks>
internal static class CrossEntropyKernel
{
    /// <summary>The loss, of rank 0, and on request the softmax of every row, which backward needs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A label is not a valid class index.</exception>
    public static Tensor<T> Forward<T>(
        Tensor<T> logits, ReadOnlyMemory<int> labels, double labelSmoothing, LossReduction reduction, bool keepProbabilities,
        out Tensor<T>? probabilities)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckLabels(logits.Shape, labels.Span);
        var context = logits.Context;
        int rows = logits.Shape[0], classes = logits.Shape[1];
        probabilities = keepProbabilities ? new Tensor<T>(logits.Shape, context, "CrossEntropy") : null;
        using var lossOfRow = context.Pool.RentScratch<double>(rows);
        var (x, kept, losses) = (logits.ReadMemory(), probabilities?.WriteMemory() ?? default, lossOfRow.Memory);
        context.Workers.Run(rows, Tuning.RowsPerBlock(classes), (from, count) =>
        {
            using var scratch = context.Pool.RentScratch<T>(classes);
            for (int row = from; row < from + count; row++)
            {
                var p = kept.IsEmpty ? scratch.Span : kept.Span.Slice(row * classes, classes);
                losses.Span[row] = Row(context.VectorWidth, x.Span.Slice(row * classes, classes), p, labels.Span[row], labelSmoothing);
            }
        });
        double total = 0;
        foreach (double loss in losses.Span) total += loss;
        return Tensor<T>.Scalar(T.CreateTruncating(total / Divisor(rows, reduction)), context);
    }

    /// <summary>dx = (p − q)·dy / N, or (p − q)·dy if the losses are summed.</summary>
    public static Tensor<T> Backward<T>(
        Tensor<T> probabilities, ReadOnlyMemory<int> labels, double labelSmoothing, LossReduction reduction, Tensor<T> upstream)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int rows = probabilities.Shape[0], classes = probabilities.Shape[1];
        var gradient = new Tensor<T>(probabilities.Shape, probabilities.Context, "CrossEntropy backward");
        var (p, dx) = (probabilities.ReadMemory(), gradient.WriteMemory());
        T scale = upstream.ToScalar() / T.CreateTruncating(Divisor(rows, reduction));
        T everywhere = T.CreateTruncating(labelSmoothing / classes), atLabel = T.CreateTruncating(1 - labelSmoothing);
        probabilities.Context.Workers.Run(rows, Tuning.RowsPerBlock(classes), (from, count) =>
        {
            var part = dx.Span.Slice(from * classes, count * classes);
            TensorPrimitives.Subtract(p.Span.Slice(from * classes, count * classes), everywhere, part);
            for (int row = 0; row < count; row++) part[(row * classes) + labels.Span[from + row]] -= atLabel;
            TensorPrimitives.Multiply(part, scale, part);
        });
        return gradient;
    }

    private static double Row<T>(VectorWidth width, ReadOnlySpan<T> x, Span<T> p, int label, double labelSmoothing)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (max, sum) = SoftmaxRow.Exp(width, x, p);
        double atLabel = double.CreateTruncating(x[label] - max);
        double mean = 0;
        if (labelSmoothing != 0)
        {
            foreach (T logit in x) mean += double.CreateTruncating(logit - max);
            mean /= x.Length;
        }

        TensorPrimitives.Divide(p, sum, p);
        return Math.Log(double.CreateTruncating(sum)) - ((1 - labelSmoothing) * atLabel) - (labelSmoothing * mean);
    }

    private static void CheckLabels(Shape logits, ReadOnlySpan<int> labels)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)logits[1])
            {
                throw new ArgumentOutOfRangeException(
                    nameof(labels),
                    $"CrossEntropy: label {labels[i]} at position {i} is outside 0 to {logits[1] - 1}, the classes of logits {logits}.");
            }
        }
    }

    private static int Divisor(int rows, LossReduction reduction) => reduction == LossReduction.Mean ? rows : 1;
}
