using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>
/// The weights and bias of a convolution into which the following batch normalization is folded:
/// s·(w ⋆ x + b − mean) + β = (s·w) ⋆ x + (s·(b − mean) + β), where s = γ/σ and
/// σ² = variance + ε.
/// </summary>
public sealed class FoldedConvolution<T>(Tensor<T> weights, Tensor<T> bias) : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The weights, [K,C,kH,kW].</summary>
    public Tensor<T> Weights { get; } = weights;

    /// <summary>The bias, [K].</summary>
    public Tensor<T> Bias { get; } = bias;

    /// <summary>Releases the memory.</summary>
    public void Dispose()
    {
        Weights.Dispose();
        Bias.Dispose();
    }
}

/// <summary>Folds batch normalization into a convolution.</summary>
internal static class BatchNormFoldKernel
{
    /// <summary>Computes the folded weights and bias. The statistics and parameters are [K]; their shapes are not checked.</summary>
    public static FoldedConvolution<T> Run<T>(
        Tensor<T> weights, Tensor<T>? bias, Tensor<T> gamma, Tensor<T> beta, Tensor<T> mean, Tensor<T> variance, double epsilon)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = weights.Shape[0], patch = weights.ElementCount / channels;
        var folded = new FoldedConvolution<T>(
            new Tensor<T>(weights.Shape, weights.Context, "Fold"), new Tensor<T>([channels], weights.Context, "Fold"));
        ReadOnlySpan<T> kernel = weights.Read(), shift = bias is null ? default : bias.Read();
        Span<T> target = folded.Weights.Write(), targetShift = folded.Bias.Write();
        for (int k = 0; k < channels; k++)
        {
            T scale = gamma.Read()[k] / T.Sqrt(variance.Read()[k] + T.CreateTruncating(epsilon));
            TensorPrimitives.Multiply(kernel.Slice(k * patch, patch), scale, target.Slice(k * patch, patch));
            targetShift[k] = (((bias is null ? T.Zero : shift[k]) - mean.Read()[k]) * scale) + beta.Read()[k];
        }

        return folded;
    }
}
