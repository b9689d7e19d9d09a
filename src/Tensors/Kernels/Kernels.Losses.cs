using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>The cross-entropy of logits [N, classes] and N labels, of rank 0, and the softmax of the logits for backward.</summary>
    public virtual Tensor<T> CrossEntropy<T>(Tensor<T> logits, ReadOnlyMemory<int> labels, double labelSmoothing, LossReduction reduction, out Tensor<T> probabilities)
        where T : unmanaged, IFloatingPointIeee754<T> => CrossEntropyKernel.Forward(logits, labels, labelSmoothing, reduction, out probabilities);

    /// <summary>The gradient of the cross-entropy by the logits.</summary>
    public virtual Tensor<T> CrossEntropyBackward<T>(
        Tensor<T> probabilities, ReadOnlyMemory<int> labels, double labelSmoothing, LossReduction reduction, Tensor<T> upstream)
        where T : unmanaged, IFloatingPointIeee754<T> => CrossEntropyKernel.Backward(probabilities, labels, labelSmoothing, reduction, upstream);

    /// <summary>The mean or sum of (prediction − target)², of rank 0.</summary>
    public virtual Tensor<T> MeanSquaredError<T>(Tensor<T> prediction, Tensor<T> target, LossReduction reduction)
        where T : unmanaged, IFloatingPointIeee754<T> => MeanSquaredErrorKernel.Forward(prediction, target, reduction);

    /// <summary>The gradient of the squared error by its first argument; exchange the two for the other's.</summary>
    public virtual Tensor<T> MeanSquaredErrorBackward<T>(Tensor<T> prediction, Tensor<T> target, LossReduction reduction, Tensor<T> upstream)
        where T : unmanaged, IFloatingPointIeee754<T> => MeanSquaredErrorKernel.Backward(prediction, target, reduction, upstream);
}
