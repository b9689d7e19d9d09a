using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>What follows a convolution in a <see cref="ConvolutionBlock{T}"/>.</summary>
/// <param name="Geometry">Steps and padding of the convolution.</param>
/// <param name="HasBias">Whether the convolution has a bias.</param>
/// <param name="BatchNorm">The batch normalization after it, or null.</param>
/// <param name="Relu">Whether a rectifier follows.</param>
/// <param name="Pool">The max pooling at the end, or null.</param>
public sealed record ConvolutionBlockSettings<T>(ConvolutionGeometry Geometry, bool HasBias, BatchNormSettings<T>? BatchNorm, bool Relu, PoolWindow? Pool)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>Convolution → batch normalization → ReLU → max pooling as one operation; all but the convolution are optional.</summary>
/// <remarks>
/// It computes what the single operations compute and keeps less: where there is pooling, not the full-size result of the rectifier, because
/// max(relu(x)) = relu(max(x)) lets backward rectify the pooled gradient; and where gradients are not recorded, batch normalization is folded into
/// weights that are kept until any of the tensors folded in changes.
/// </remarks>
internal sealed class ConvolutionBlock<T>(ConvolutionBlockSettings<T> settings) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private BatchNormPass<T>? normalization;
    private Tensor<T>? convolved;
    private PooledMemory<byte>? winners;
    private Shape unpooled;

    private Tensor<T>? Bias => settings.HasBias ? Input(2) : null;

    private int Gamma => settings.HasBias ? 3 : 2;

    private int Beta => Gamma + 1;

    /// <inheritdoc/>
    protected override Tensor<T> Forward()
    {
        var y = settings.BatchNorm is not { } batchNorm
            ? Kernels.Convolution(Input(0), Input(1), Bias, settings.Geometry, settings.Relu, keepWeights: !IsRecording)
            : IsRecording || batchNorm.UsesBatch(Tape.Mode)
                ? Normalized(batchNorm)
                : Folded(batchNorm);
        if (settings.Pool is not { } pool) return y;
        unpooled = y.Shape;
        var pooled = Kernels.MaxPool2d(y, pool, IsRecording, out winners);
        y.Dispose();
        return pooled;
    }

    private Tensor<T> Normalized(BatchNormSettings<T> batchNorm)
    {
        convolved = Kernels.Convolution(Input(0), Input(1), Bias, settings.Geometry);
        normalization = new BatchNormPass<T>(batchNorm, convolved, Tape.Mode);
        return normalization.Forward(convolved, Input(Gamma), Input(Beta), settings.Relu);
    }

    private Tensor<T> Folded(BatchNormSettings<T> batchNorm)
    {
        Tensor<T> weights = Input(1), gamma = Input(Gamma), beta = Input(Beta), mean = batchNorm.RunningMean, variance = batchNorm.RunningVariance;
        var bias = Bias;
        ReadOnlySpan<Tensor<T>> others = bias is null ? [gamma, beta, mean, variance] : [gamma, beta, mean, variance, bias];
        var folded = weights.Derive(
            (typeof(FoldedConvolution<T>), batchNorm.Epsilon), w => w.Context.Kernels.FoldBatchNorm(w, bias, gamma, beta, mean, variance, batchNorm.Epsilon), others);
        return Kernels.Convolution(Input(0), folded.Weights, folded.Bias, settings.Geometry, settings.Relu, keepWeights: true);
    }

    /// <inheritdoc/>
    protected override void Backward(Tensor<T> upstream)
    {
        // The gradient on its way up: of the pooled output, of the rectified one, of the convolution's.
        var gradient = upstream;
        bool relu = settings.Relu;
        if (settings.Pool is { } pool)
        {
            if (relu) gradient = Replace(gradient, upstream, Kernels.ReluBackward(Output, gradient));
            gradient = Replace(gradient, upstream, Kernels.MaxPool2dBackward(gradient, winners!, unpooled, pool));
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

        if (settings.HasBias && Needs(2)) Propagate(2, Kernels.Sum(gradient, AxisSet.Of(gradient.Shape, [0, 2, 3]), keepDims: false));
        if (Needs(1)) Propagate(1, Kernels.ConvolutionWeightGradient(Input(0), gradient, InputShape(1), settings.Geometry));
        if (Needs(0)) Propagate(0, Kernels.ConvolutionInputGradient(gradient, Input(1), InputShape(0), settings.Geometry));
        if (!ReferenceEquals(gradient, upstream)) gradient.Dispose();
    }

    /// <summary>The next gradient; the one before is given back, unless it is the upstream one, which the tape gives back.</summary>
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
        winners?.Dispose();
    }
}

public static partial class VariableOperations
{
    /// <summary>Convolution → batch normalization → ReLU → max pooling as one operation.</summary>
    /// <param name="x">Input, [N,C,H,W].</param>
    /// <param name="settings">Which parts there are.</param>
    /// <param name="weights">Weights, [K,C,kH,kW].</param>
    /// <param name="bias">Bias [K], where the settings say so.</param>
    /// <param name="gamma">Scale of the batch normalization [K], where there is one.</param>
    /// <param name="beta">Shift of the batch normalization [K], where there is one.</param>
    public static Variable<T> ConvolutionBlock<T>(
        this Variable<T> x, ConvolutionBlockSettings<T> settings, Variable<T> weights, Variable<T>? bias = null, Variable<T>? gamma = null, Variable<T>? beta = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.HasBias != bias is not null || settings.BatchNorm is not null != gamma is not null || gamma is null != beta is null)
            throw new ArgumentException("ConvolutionBlock: bias, gamma and beta must be given exactly where the settings name a bias and a batch normalization.");
        var block = new ConvolutionBlock<T>(settings);
        if (bias is null) return gamma is null ? block.Apply(x, weights) : block.Apply(x, weights, gamma, beta!);
        return gamma is null ? block.Apply(x, weights, bias) : block.Apply(x, weights, bias, gamma, beta!);
    }
}
