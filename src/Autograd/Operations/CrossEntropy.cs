using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>
/// The cross-entropy of logits x [N, classes] and integer labels: the mean or sum over the rows of −Σ q·log softmax(x), where q is the
/// target distribution of the row.
/// </summary>
/// <remarks>With label smoothing ε, q is 1 − ε + ε/classes at the label and ε/classes elsewhere, as in PyTorch.</remarks>
internal sealed class CrossEntropyOperation<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly PooledMemory<int> labels;
    private readonly double labelSmoothing;
    private readonly LossReduction reduction;
    private Tensor<T>? probabilities;

    internal CrossEntropyOperation(PooledMemory<int> labels, double labelSmoothing, LossReduction reduction) =>
        (this.labels, this.labelSmoothing, this.reduction) = (labels, labelSmoothing, reduction);

    /// <inheritdoc/>
    protected override Tensor<T> Forward() =>
        Kernels.CrossEntropy(Input(0), labels.Memory, labelSmoothing, reduction, IsRecording, out probabilities);

    /// <inheritdoc/>
    // dx = (softmax(x) − q)·dy, divided by N if the reduction is the mean.
    protected override void Backward(Tensor<T> upstream) =>
        Propagate(0, Kernels.CrossEntropyBackward(probabilities!, labels.Memory, labelSmoothing, reduction, upstream));

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        probabilities?.Dispose();
        labels.Dispose();
    }
}

public static partial class VariableOperations
{
    /// <param name="logits">The logits [N, classes]: unnormalized scores.</param>
    extension<T>(Variable<T> logits)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>The cross-entropy of logits and labels, a scalar (rank 0). Softmax is applied here, not by the caller.</summary>
        /// <param name="labels">N class indices. They are copied.</param>
        /// <param name="labelSmoothing">The fraction of the target, 0 to 1, that is spread evenly over all classes.</param>
        /// <param name="reduction">Whether to return the mean or the sum of the losses of the rows.</param>
        /// <exception cref="ShapeException">The logits are not [N, classes], or the number of labels is not N.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A label is not a class index, or the smoothing is not between 0 and 1.</exception>
        public Variable<T> CrossEntropy(ReadOnlySpan<int> labels, double labelSmoothing = 0, LossReduction reduction = LossReduction.Mean)
        {
            ArgumentNullException.ThrowIfNull(logits);
            if (logits.Shape.Rank != 2)
                throw new ShapeException($"CrossEntropy: logits must be [N, classes], found {logits.Shape}; flatten them first.");
            if (logits.Shape[0] != labels.Length)
                throw new ShapeException($"CrossEntropy: logits {logits.Shape} need {logits.Shape[0]} labels, found {labels.Length}.");
            if (labelSmoothing is not (>= 0 and <= 1))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(labelSmoothing), $"CrossEntropy: label smoothing must be between 0 and 1, found {labelSmoothing}.");
            }

            var copy = logits.Value.Context.Pool.Rent<int>(labels.Length);
            labels.CopyTo(copy.Span);
            return new CrossEntropyOperation<T>(copy, labelSmoothing, reduction).Apply(logits);
        }
    }
}
