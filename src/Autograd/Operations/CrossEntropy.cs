using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>
/// The cross-entropy −Σ q·log softmax(x) of logits x [N, classes] and integer labels, where q is the target distribution of a label.
/// </summary>
/// <remarks>With label smoothing ε the target is 1 − ε + ε/classes at the label and ε/classes elsewhere, as in PyTorch.</remarks>
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
    // dx = (softmax(x) − q) · dy / N
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
    /// <param name="logits">The logits [N, classes]: any real numbers.</param>
    extension<T>(Variable<T> logits)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>The cross-entropy of logits and labels, of rank 0. It includes softmax.</summary>
        /// <param name="labels">N class indices. They are copied.</param>
        /// <param name="labelSmoothing">The fraction of the target, 0 to 1, that is spread evenly over all classes.</param>
        /// <param name="reduction">The mean or the sum of the losses of the rows.</param>
        /// <exception cref="ShapeException">The logits are not [N, classes], or the number of labels is not N.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A label is not a class index, or the smoothing is not in 0 to 1.</exception>
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
                    nameof(labelSmoothing), $"CrossEntropy: label smoothing must be in 0 to 1, found {labelSmoothing}.");
            }

            var copy = logits.Value.Context.Pool.Rent<int>(labels.Length);
            labels.CopyTo(copy.Span);
            return new CrossEntropyOperation<T>(copy, labelSmoothing, reduction).Apply(logits);
        }
    }
}
