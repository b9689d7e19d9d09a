using System.ComponentModel;
using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>The mean, 1/√(variance + ε) and the biased variance of each channel of x [N,C] or [N,C,H,W].</summary>
    /// <exception cref="ShapeException">x has another rank, or only one value per channel.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual (Tensor<T> Mean, Tensor<T> InverseDeviation, Tensor<T> Variance) BatchNormStatistics<T>(Tensor<T> x, double epsilon)
        where T : unmanaged, IFloatingPointIeee754<T> => BatchNormStatisticsKernel.Run(x, epsilon);

    /// <summary>1/√(variance + ε), element by element.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> BatchNormInverseDeviation<T>(Tensor<T> variance, double epsilon)
        where T : unmanaged, IFloatingPointIeee754<T> => BatchNormStatisticsKernel.InverseDeviation(variance, epsilon);

    /// <summary>running ← (1 − momentum)·running + momentum·statistic, for the mean and the variance.</summary>
    /// <remarks>
    /// <paramref name="variance"/> is the biased variance of <paramref name="count"/> values; the running variance is updated with the
    /// unbiased variance.
    /// </remarks>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual void BatchNormUpdateRunning<T>(
        Tensor<T> runningMean, Tensor<T> runningVariance, Tensor<T> mean, Tensor<T> variance, int count, double momentum)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        BatchNormStatisticsKernel.UpdateRunning(runningMean, runningVariance, mean, variance, count, momentum);

    /// <summary>y = (x − mean)·γ·inverse standard deviation + β, followed by max(y, 0) if <paramref name="relu"/> is set.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> BatchNormForward<T>(
        Tensor<T> x, Tensor<T> mean, Tensor<T> inverseDeviation, Tensor<T> gamma, Tensor<T> beta, bool relu)
        where T : unmanaged, IFloatingPointIeee754<T> => BatchNormKernel.Forward(x, mean, inverseDeviation, gamma, beta, relu);

    /// <summary>dγ and dβ of <see cref="BatchNormForward"/>. Backward computes them first.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual (Tensor<T> DGamma, Tensor<T> DBeta) BatchNormParameterGradients<T>(
        Tensor<T> x, Tensor<T> dy, Tensor<T> mean, Tensor<T> inverseDeviation, Tensor<T> gamma, Tensor<T> beta, bool relu)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        BatchNormBackwardKernel.ParameterGradients(x, dy, mean, inverseDeviation, gamma, beta, relu);

    /// <summary>
    /// dx of <see cref="BatchNormForward"/>. If dγ or dβ is null, the mean and standard deviation are treated as constants. Otherwise they
    /// are those of x, and the gradient flows through them.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> BatchNormInputGradient<T>(
        Tensor<T> x, Tensor<T> dy, Tensor<T> mean, Tensor<T> inverseDeviation, Tensor<T> gamma, Tensor<T> beta, bool relu,
        Tensor<T>? dGamma, Tensor<T>? dBeta)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        BatchNormBackwardKernel.InputGradient(x, dy, mean, inverseDeviation, gamma, beta, relu, dGamma, dBeta);

    /// <summary>
    /// The weights and bias of one convolution equivalent to a convolution followed by a batch normalization with constant statistics.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual FoldedConvolution<T> FoldBatchNorm<T>(
        Tensor<T> weights, Tensor<T>? bias, Tensor<T> gamma, Tensor<T> beta, Tensor<T> mean, Tensor<T> variance, double epsilon)
        where T : unmanaged, IFloatingPointIeee754<T> => BatchNormFoldKernel.Run(weights, bias, gamma, beta, mean, variance, epsilon);

    /// <summary>
    /// y_c = x_c·(k + α·Σx_j²)^−β for x [N,C,H,W], with the sum over a window of <paramref name="size"/> channels around c, truncated at
    /// the first and last channel. α is not divided by the size.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> LocalResponseNorm<T>(Tensor<T> x, int size, double alpha, double beta, double k)
        where T : unmanaged, IFloatingPointIeee754<T> => LocalResponseNormKernel.Forward(x, size, alpha, beta, k);

    /// <summary>dx of <see cref="LocalResponseNorm"/>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> LocalResponseNormBackward<T>(Tensor<T> x, Tensor<T> dy, int size, double alpha, double beta, double k)
        where T : unmanaged, IFloatingPointIeee754<T> => LocalResponseNormKernel.Backward(x, dy, size, alpha, beta, k);
}
