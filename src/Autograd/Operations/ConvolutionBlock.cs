using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The operations of a convolution block and their settings.</summary>
/// <param name="Window">Kernel size, strides and padding of the convolution.</param>
/// <param name="BatchNorm">The batch normalization after the convolution, or null.</param>
/// <param name="Relu">Whether ReLU follows.</param>
/// <param name="Pool">The window of the max pooling at the end, or null.</param>
public sealed record ConvolutionBlockSettings<T>(
    Window2d Window, BatchNormSettings<T>? BatchNorm = null, bool Relu = false, Window2d? Pool = null)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>Convolution → batch normalization → ReLU → max pooling as one operation; the last three steps are optional.</summary>
/// <remarks>
/// The block computes the same result as the separate operations, up to rounding, but saves less for backward. With pooling, it does not
/// save the full-size output of ReLU: because max(relu(x)) = relu(max(x)), backward needs only the sign of the pooled output. Without
/// recording, batch normalization by running statistics is folded into the weights and bias, which are cached until any of the folded
/// tensors changes.
/// </remarks>
internal sealed class ConvolutionBlockOperation<T>(ConvolutionBlockSettings<T> settings, bool hasBias) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private BatchNormPass<T>? normalization;
    private Tensor<T>? convolved;
    private PooledMemory<byte>? argmax;
    private Shape unpooled;

    private int Gamma => hasBias ? 3 : 2;

    private int Beta => Gamma + 1;

    /// <inheritdoc/>
    protected override Tensor<T> Forward()
    {
        Tensor<T> x = Input(0), weights = Input(1), y;
        var bias = hasBias ? Input(2) : null;
        var options = settings.Relu ? ConvolutionOptions.Relu : ConvolutionOptions.None;
        if (!IsRecording) options |= ConvolutionOptions.CacheWeights;
        if (settings.BatchNorm is not { } batchNorm)
        {
            y = Kernels.Convolution(x, weights, bias, settings.Window, options);
        }
        else if (IsRecording || batchNorm.UsesBatch(Tape.Mode))
        {
            convolved = Kernels.Convolution(x, weights, bias, settings.Window);
            normalization = new BatchNormPass<T>(batchNorm, convolved, Tape.Mode);
            y = Kernels.BatchNormForward(
                convolved, normalization.Mean, normalization.InverseDeviation, Input(Gamma), Input(Beta), settings.Relu);
        }
        else
        {
            var folded = Folded(batchNorm, weights, bias, Input(Gamma), Input(Beta));
            y = Kernels.Convolution(x, folded.Weights, folded.Bias, settings.Window, options);
        }

        if (settings.Pool is not { } pool) return y;
        unpooled = y.Shape;
        var pooled = Kernels.MaxPool2d(y, pool, IsRecording, out argmax);
        y.Dispose();
        return pooled;
    }

    private static FoldedConvolution<T> Folded(
        BatchNormSettings<T> settings, Tensor<T> weights, Tensor<T>? bias, Tensor<T> gamma, Tensor<T> beta)
    {
        Tensor<T> mean = settings.RunningMean, variance = settings.RunningVariance;
        ReadOnlySpan<Tensor<T>> others = bias is null ? [gamma, beta, mean, variance] : [gamma, beta, mean, variance, bias];
        return weights.Derive(
            (typeof(FoldedConvolution<T>), settings.Epsilon),
            w => w.Context.Kernels.FoldBatchNorm(w, bias, gamma, beta, mean, variance, settings.Epsilon),
            others);
    }

    /// <inheritdoc/>
    protected override void Backward(Tensor<T> upstream)
    {
        // The gradient with respect to the output of the block, carried back step by step to the output of the convolution.
        var gradient = upstream;
        bool relu = settings.Relu;
        if (settings.Pool is { } pool)
        {
            if (relu) gradient = Replace(gradient, upstream, Kernels.ReluBackward(Output, gradient));
            gradient = Replace(gradient, upstream, Kernels.MaxPool2dBackward(gradient, argmax!, unpooled, pool));
            relu = false;
        }

        if (normalization is not null)
        {
            var (dx, dGamma, dBeta) = normalization.Backward(
                convolved!, gradient, Input(Gamma), Input(Beta), relu, needsInput: true, needsParameters: Needs(Gamma) || Needs(Beta));
            gradient = Replace(gradient, upstream, dx!);
            if (dGamma is not null) Propagate(Gamma, dGamma);
            if (dBeta is not null) Propagate(Beta, dBeta);
            convolved!.Dispose();
        }
        else if (relu)
        {
            gradient = Replace(gradient, upstream, Kernels.ReluBackward(Output, gradient));
        }

        if (hasBias && Needs(2)) Propagate(2, Kernels.Sum(gradient, AxisSet.Of(gradient.Shape, [0, 2, 3]), keepDims: false));
        if (Needs(1)) Propagate(1, Kernels.ConvolutionWeightGradient(Input(0), gradient, InputShape(1), settings.Window));
        if (Needs(0)) Propagate(0, Kernels.ConvolutionInputGradient(gradient, Input(1), InputShape(0), settings.Window));
        if (!ReferenceEquals(gradient, upstream)) gradient.Dispose();
    }

    /// <summary>
    /// Returns the next gradient and releases the previous one, unless that is the upstream gradient, which the tape releases.
    /// </summary>
    private static Tensor<T> Replace(Tensor<T> before, Tensor<T> upstream, Tensor<T> next)
    {
        if (!ReferenceEquals(before, upstream)) before.Dispose();
        return next;
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        normalization?.Dispose();
        convolved?.Dispose();
        argmax?.Dispose();
    }
}

public static partial class VariableOperations
{
    /// <param name="x">Input, [N,C,H,W].</param>
    extension<T>(Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>Convolution → batch normalization → ReLU → max pooling as one operation; the last three steps are optional.</summary>
        /// <param name="settings">The operations in the block and their settings.</param>
        /// <param name="weights">Weights, [K,C,kH,kW].</param>
        /// <param name="bias">Bias [K], or null.</param>
        /// <param name="gamma">Scale of the batch normalization [K], if there is one.</param>
        /// <param name="beta">Shift of the batch normalization [K], if there is one.</param>
        /// <exception cref="ArgumentException">Gamma or beta is given without batch normalization, or missing with it.</exception>
        /// <exception cref="ArgumentOutOfRangeException">
        /// A window size or stride is below 1, a padding is below 0, or the padding of the pooling is above half its window.
        /// </exception>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        public Variable<T> ConvolutionBlock(
            ConvolutionBlockSettings<T> settings,
            Variable<T> weights,
            Variable<T>? bias = null,
            Variable<T>? gamma = null,
            Variable<T>? beta = null)
        {
            ArgumentNullException.ThrowIfNull(settings);
            if (settings.BatchNorm is not null != gamma is not null || gamma is null != beta is null)
            {
                throw new ArgumentException(
                    "ConvolutionBlock: gamma and beta must be given if and only if the settings have batch normalization.", nameof(gamma));
            }

            var block = new ConvolutionBlockOperation<T>(settings, bias is not null);
            if (bias is null) return gamma is null ? block.Apply(x, weights) : block.Apply(x, weights, gamma, beta!);
            return gamma is null ? block.Apply(x, weights, bias) : block.Apply(x, weights, bias, gamma, beta!);
        }
    }
}
