using System.ComponentModel;
using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>The cross-entropy loss of logits [N, classes] and N labels, as a tensor of rank 0.</summary>
    /// <param name="logits">The unnormalized class scores.</param>
    /// <param name="labels">The class index of each row.</param>
    /// <param name="labelSmoothing">The fraction of the target probability, 0 to 1, that is distributed evenly over all classes.</param>
    /// <param name="reduction">Whether to return the mean or the sum over the rows.</param>
    /// <param name="keepProbabilities">Whether to return the probabilities, which <see cref="CrossEntropyBackward"/> needs.</param>
    /// <param name="probabilities">The softmax of each row of the logits, owned by the caller; null unless requested.</param>
    /// <exception cref="ArgumentOutOfRangeException">A label is not a valid class index.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> CrossEntropy<T>(
        Tensor<T> logits, ReadOnlyMemory<int> labels, double labelSmoothing, LossReduction reduction, bool keepProbabilities,
        out Tensor<T>? probabilities)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        CrossEntropyKernel.Forward(logits, labels, labelSmoothing, reduction, keepProbabilities, out probabilities);

    /// <summary>The gradient of the cross-entropy loss with respect to the logits.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> CrossEntropyBackward<T>(
        Tensor<T> probabilities, ReadOnlyMemory<int> labels, double labelSmoothing, LossReduction reduction, Tensor<T> upstream)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        CrossEntropyKernel.Backward(probabilities, labels, labelSmoothing, reduction, upstream);

    /// <summary>The mean or sum of (prediction − target)², as a tensor of rank 0.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> MeanSquaredError<T>(Tensor<T> prediction, Tensor<T> target, LossReduction reduction)
        where T : unmanaged, IFloatingPointIeee754<T> => MeanSquaredErrorKernel.Forward(prediction, target, reduction);

    /// <summary>
    /// The gradient of <see cref="MeanSquaredError"/> with respect to the prediction. To get the gradient with respect to the target, swap
    /// the two tensors.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> MeanSquaredErrorBackward<T>(
        Tensor<T> prediction, Tensor<T> target, LossReduction reduction, Tensor<T> upstream)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        MeanSquaredErrorKernel.Backward(prediction, target, reduction, upstream);
}
