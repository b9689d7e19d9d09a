using System.ComponentModel;
using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>The cross-entropy of logits [N, classes] and N labels, of rank 0.</summary>
    /// <param name="logits">The scores.</param>
    /// <param name="labels">The class index of each row.</param>
    /// <param name="labelSmoothing">The fraction of the target, 0 to 1, that is distributed evenly over all classes.</param>
    /// <param name="reduction">Whether to return the mean or the sum of the losses of the rows.</param>
    /// <param name="keepProbabilities">Whether to keep the probabilities for a backward pass.</param>
    /// <param name="probabilities">The softmax of the logits for backward, owned by the caller; null unless kept.</param>
    /// <exception cref="ArgumentOutOfRangeException">A label is not a valid class index.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> CrossEntropy<T>(
        Tensor<T> logits, ReadOnlyMemory<int> labels, double labelSmoothing, LossReduction reduction, bool keepProbabilities,
        out Tensor<T>? probabilities)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        CrossEntropyKernel.Forward(logits, labels, labelSmoothing, reduction, keepProbabilities, out probabilities);

    /// <summary>The gradient of the cross-entropy with respect to the logits.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> CrossEntropyBackward<T>(
        Tensor<T> probabilities, ReadOnlyMemory<int> labels, double labelSmoothing, LossReduction reduction, Tensor<T> upstream)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        CrossEntropyKernel.Backward(probabilities, labels, labelSmoothing, reduction, upstream);

    /// <summary>The mean or sum of (prediction − target)², of rank 0.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> MeanSquaredError<T>(Tensor<T> prediction, Tensor<T> target, LossReduction reduction)
        where T : unmanaged, IFloatingPointIeee754<T> => MeanSquaredErrorKernel.Forward(prediction, target, reduction);

    /// <summary>
    /// The gradient of the squared error with respect to the prediction; swap the two tensors for the gradient with respect to the
    /// target.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> MeanSquaredErrorBackward<T>(
        Tensor<T> prediction, Tensor<T> target, LossReduction reduction, Tensor<T> upstream)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        MeanSquaredErrorKernel.Backward(prediction, target, reduction, upstream);
}
