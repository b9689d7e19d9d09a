using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The settings of batch normalization and its running statistics.</summary>
/// <param name="RunningMean">The running mean [C]: updated in training, used otherwise.</param>
/// <param name="RunningVariance">The running unbiased variance [C]: updated in training, used otherwise.</param>
/// <param name="Momentum">The weight of the batch in an update of the running statistics.</param>
/// <param name="Epsilon">Added to the variance.</param>
/// <param name="Frozen">Whether training, too, uses the running statistics as constants and leaves them unchanged.</param>
public sealed record BatchNormSettings<T>(
    Tensor<T> RunningMean, Tensor<T> RunningVariance, double Momentum = 0.1, double Epsilon = 1e-5, bool Frozen = false)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Whether a tape in this mode uses the statistics of the batch.</summary>
    public bool UsesBatch(Mode mode) => mode == Mode.Training && !Frozen;
}
