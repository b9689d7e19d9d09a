using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The settings of batch normalization and its running statistics.</summary>
/// <param name="RunningMean">The running mean [C]: updated in training unless frozen, else subtracted.</param>
/// <param name="RunningVariance">The running unbiased variance [C]: updated in training unless frozen, else divided by.</param>
/// <param name="Momentum">The weight of the batch statistics in an update of the running statistics.</param>
/// <param name="Epsilon">The small constant that is added to the variance.</param>
/// <param name="Frozen">Whether training also uses the running statistics, as constants, instead of updating them.</param>
public sealed record BatchNormSettings<T>(
    Tensor<T> RunningMean, Tensor<T> RunningVariance, double Momentum = 0.1, double Epsilon = 1e-5, bool Frozen = false)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>
    /// Whether batch normalization uses the statistics of the batch, rather than the running statistics, on a tape in the given mode.
    /// </summary>
    public bool UsesBatch(Mode mode) => mode == Mode.Training && !Frozen;
}
