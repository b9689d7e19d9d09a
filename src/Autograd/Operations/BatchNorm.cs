using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>
/// Batch normalization (Ioffe and Szegedy 2015): y = (x − mean)/√(variance + ε)·γ + β in each channel of x [N,C] or [N,C,H,W], where γ and
/// β are [C].
/// </summary>
/// <remarks>
/// On a training tape, the mean and variance are those of the batch: gradients flow through them, and the running statistics are updated.
/// On an evaluation tape, or if the normalization is frozen, the running statistics are used as constants.
/// </remarks>
internal sealed class BatchNormOperation<T>(BatchNormSettings<T> settings) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private BatchNormPass<T>? pass;

    /// <inheritdoc/>
    protected override Tensor<T> Forward()
    {
        pass = new BatchNormPass<T>(settings, Input(0), Tape.Mode);
        return Kernels.BatchNormForward(Input(0), pass.Mean, pass.InverseDeviation, Input(1), Input(2), relu: false);
    }

    /// <inheritdoc/>
    protected override void Backward(Tensor<T> upstream)
    {
        var (dx, dGamma, dBeta) = pass!.Backward(Input(0), upstream, Input(1), Input(2), relu: false, Needs(0), Needs(1) || Needs(2));
        if (dx is not null) Propagate(0, dx);
        if (dGamma is not null) Propagate(1, dGamma);
        if (dBeta is not null) Propagate(2, dBeta);
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => pass?.Dispose();
}

/// <summary>The statistics of one application of batch normalization, which forward and backward use.</summary>
internal sealed class BatchNormPass<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly bool usesBatch;

    /// <summary>
    /// Computes the statistics of <paramref name="x"/> and updates the running statistics, or uses the running statistics as constants.
    /// </summary>
    public BatchNormPass(BatchNormSettings<T> settings, Tensor<T> x, Mode mode)
    {
        x.RequireSameContext(settings.RunningMean, "BatchNorm");
        x.RequireSameContext(settings.RunningVariance, "BatchNorm");
        var kernels = x.Context.Kernels;
        usesBatch = settings.UsesBatch(mode);
        if (usesBatch)
        {
            (Mean, InverseDeviation, var variance) = kernels.BatchNormStatistics(x, settings.Epsilon);
            kernels.BatchNormUpdateRunning(
                settings.RunningMean, settings.RunningVariance, Mean, variance, x.ElementCount / x.Shape[1], settings.Momentum);
            variance.Dispose();
        }
        else
        {
            // A copy, because a later training pass may update the running statistics before backward reads them.
            Mean = settings.RunningMean.Clone();
            InverseDeviation = kernels.BatchNormInverseDeviation(settings.RunningVariance, settings.Epsilon);
        }
    }

    /// <summary>The mean that is subtracted, [C].</summary>
    public Tensor<T> Mean { get; }

    /// <summary>The factor 1/√(variance + ε), [C].</summary>
    public Tensor<T> InverseDeviation { get; }

    /// <summary>
    /// The gradients; null if not computed. Those of γ and β are computed together: if one is needed, or if the statistics are those of the
    /// batch, because dx then depends on them.
    /// </summary>
    public (Tensor<T>? Dx, Tensor<T>? DGamma, Tensor<T>? DBeta) Backward(
        Tensor<T> x, Tensor<T> dy, Tensor<T> gamma, Tensor<T> beta, bool relu, bool needsInput, bool needsParameters)
    {
        var kernels = x.Context.Kernels;
        var (dGamma, dBeta) = usesBatch || needsParameters
            ? kernels.BatchNormParameterGradients(x, dy, Mean, InverseDeviation, gamma, beta, relu)
            : default((Tensor<T>?, Tensor<T>?));
        var dx = needsInput
            ? kernels.BatchNormInputGradient(
                x, dy, Mean, InverseDeviation, gamma, beta, relu, usesBatch ? dGamma : null, usesBatch ? dBeta : null)
            : null;
        return (dx, dGamma, dBeta);
    }

    public void Dispose()
    {
        Mean.Dispose();
        InverseDeviation.Dispose();
    }
}

public static partial class VariableOperations
{
    /// <param name="x">The input.</param>
    extension<T>(Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>
        /// Normalizes each channel of x [N,C] or [N,C,H,W]: y = (x − mean)/√(variance + ε)·γ + β. In training, unless frozen, the mean and
        /// variance are those of the batch, else the running ones.
        /// </summary>
        /// <param name="gamma">The scale, [C].</param>
        /// <param name="beta">The shift, [C].</param>
        /// <param name="runningMean">The running mean [C]: updated in training unless frozen, else subtracted.</param>
        /// <param name="runningVariance">The running unbiased variance [C]: updated in training unless frozen, else divided by.</param>
        /// <param name="momentum">The weight of the batch statistics in an update of the running statistics.</param>
        /// <param name="epsilon">ε, the small constant that is added to the variance.</param>
        /// <param name="frozen">Whether training also uses the running statistics, as constants, instead of updating them.</param>
        /// <exception cref="ShapeException">
        /// The shapes do not fit, or the statistics are those of a batch with only one value per channel.
        /// </exception>
        public Variable<T> BatchNorm(
            Variable<T> gamma,
            Variable<T> beta,
            Tensor<T> runningMean,
            Tensor<T> runningVariance,
            double momentum = 0.1,
            double epsilon = 1e-5,
            bool frozen = false) =>
            new BatchNormOperation<T>(new BatchNormSettings<T>(runningMean, runningVariance, momentum, epsilon, frozen))
                .Apply(x, gamma, beta);
    }
}
