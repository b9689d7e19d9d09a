using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>
/// Batch normalization (Ioffe and Szegedy 2015): y = (x − mean)/√(variance + ε)·γ + β in each channel of x [N,C] or [N,C,H,W]; γ and β are [C].
/// </summary>
/// <remarks>
/// On a training tape mean and variance are the batch's, gradients flow through them, and the running ones are updated; frozen, or on an evaluation tape,
/// they are the running ones, which are constants.
/// </remarks>
public sealed class BatchNorm<T>(Tensor<T> runningMean, Tensor<T> runningVariance, double momentum, double epsilon, bool frozen) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private bool ofBatch;
    private Tensor<T>? mean, inverseDeviation;

    /// <inheritdoc/>
    protected override Tensor<T> Forward()
    {
        Tensor<T> x = Input(0), gamma = Input(1), beta = Input(2);
        x.RequireSameContext(runningMean, Name);
        x.RequireSameContext(runningVariance, Name);
        ofBatch = Tape.Mode == Mode.Training && !frozen;
        if (ofBatch)
        {
            (mean, inverseDeviation, var variance) = Kernels.BatchNormStatistics(x, epsilon);
            Kernels.BatchNormUpdateRunning(runningMean, runningVariance, mean, variance, x.ElementCount / x.Shape[1], momentum);
            variance.Dispose();
        }
        else
        {
            // A copy: what backward uses must not change when a later training pass updates the running statistics.
            mean = runningMean.Clone();
            inverseDeviation = Kernels.BatchNormInverseDeviation(runningVariance, epsilon);
        }

        return Kernels.BatchNormForward(x, mean, inverseDeviation, gamma, beta, relu: false);
    }

    /// <inheritdoc/>
    protected override void Backward(Tensor<T> upstream)
    {
        Tensor<T> x = Input(0), gamma = Input(1), beta = Input(2);
        bool needsSums = ofBatch || Needs(1) || Needs(2);
        var (dGamma, dBeta) = needsSums
            ? Kernels.BatchNormParameterGradients(x, upstream, mean!, inverseDeviation!, gamma, beta, relu: false)
            : default((Tensor<T>?, Tensor<T>?));
        if (Needs(0))
        {
            Propagate(0, Kernels.BatchNormInputGradient(
                x, upstream, mean!, inverseDeviation!, gamma, beta, relu: false, ofBatch ? dGamma : null, ofBatch ? dBeta : null));
        }

        if (dGamma is not null) Propagate(1, dGamma);
        if (dBeta is not null) Propagate(2, dBeta);
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        mean?.Dispose();
        inverseDeviation?.Dispose();
    }
}

public static partial class VariableOperations
{
    /// <summary>Normalises each channel of x [N,C] or [N,C,H,W] to mean β and deviation γ.</summary>
    /// <param name="x">The input.</param>
    /// <param name="gamma">The scale, [C].</param>
    /// <param name="beta">The shift, [C].</param>
    /// <param name="runningMean">The running mean [C]: updated in training, used otherwise.</param>
    /// <param name="runningVariance">The running unbiased variance [C]: updated in training, used otherwise.</param>
    /// <param name="momentum">The share of the batch in an update of the running statistics.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="frozen">Uses the running statistics as constants in training, too, and leaves them unchanged.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or a training batch has only one value per channel.</exception>
    public static Variable<T> BatchNorm<T>(
        this Variable<T> x,
        Variable<T> gamma,
        Variable<T> beta,
        Tensor<T> runningMean,
        Tensor<T> runningVariance,
        double momentum = 0.1,
        double epsilon = 1e-5,
        bool frozen = false)
        where T : unmanaged, IFloatingPointIeee754<T> => new BatchNorm<T>(runningMean, runningVariance, momentum, epsilon, frozen).Apply(x, gamma, beta);
}
