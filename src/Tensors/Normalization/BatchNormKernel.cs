using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>y = (x − mean)·γ/σ + β in each channel, optionally followed by ReLU in the same pass.</summary>
internal static class BatchNormKernel
{
    /// <summary>The number of coefficients per channel that forward uses.</summary>
    public const int CoefficientsOfForward = 3;

    /// <summary>Normalizes x [N,C] or [N,C,H,W]; the other tensors are [C].</summary>
    /// <param name="x">The input.</param>
    /// <param name="mean">The mean to subtract: the mean of the batch or the running mean.</param>
    /// <param name="inverseDeviation">1/σ, where σ² = variance + ε.</param>
    /// <param name="gamma">The scale.</param>
    /// <param name="beta">The shift.</param>
    /// <param name="relu">Whether to return max(y, 0) instead of y.</param>
    /// <exception cref="ShapeException">x is neither [N,C] nor [N,C,H,W], or another tensor is not [C].</exception>
    public static Tensor<T> Forward<T>(
        Tensor<T> x, Tensor<T> mean, Tensor<T> inverseDeviation, Tensor<T> gamma, Tensor<T> beta, bool relu)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var profile = x.Context.Profile("BatchNorm", "forward");
        var rows = ChannelRows.Of(x, ("mean", mean), ("inverse standard deviation", inverseDeviation), ("gamma", gamma), ("beta", beta));
        var y = new Tensor<T>(x.Shape, x.Context, "BatchNorm");
        using var rented = Coefficients(mean, inverseDeviation, gamma, beta, CoefficientsOfForward);
        var (source, target, coefficients) = (x.ReadMemory(), y.WriteMemory(), rented.Memory);
        x.Context.Workers.Run(rows.Blocks, 1, (block, _) =>
        {
            var elements = rows.ElementsOf(block);
            SimdDispatch.Run<T, Action<T>>(
                x.Context.VectorWidth, new(source.Span[elements], target.Span[elements], coefficients.Span, rows.Channels, relu));
        });
        return y;
    }

    /// <summary>Rents scratch memory [count][C] and writes the mean, γ/σ and β of y = (x − mean)·γ/σ + β to its first three rows.</summary>
    public static Scratch<T> Coefficients<T>(
        Tensor<T> mean, Tensor<T> inverseDeviation, Tensor<T> gamma, Tensor<T> beta, int count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = mean.ElementCount;
        var rented = mean.Context.Pool.RentScratch<T>(count * channels);
        mean.Read().CopyTo(rented.Span);
        TensorPrimitives.Multiply(gamma.Read(), inverseDeviation.Read(), rented.Span[channels..]);
        beta.Read().CopyTo(rented.Span[(2 * channels)..]);
        return rented;
    }

    private readonly ref struct Action<T>(
        ReadOnlySpan<T> x, Span<T> y, ReadOnlySpan<T> coefficients, int channels, bool relu) : ISimdAction<T>, IChannelLoop<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> x = x, coefficients = coefficients;
        private readonly Span<T> y = y;

        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            ChannelRows.Run<Action<T>, TSimd, TVector, T>(this, channels, x.Length);
        }

        void IChannelLoop<T>.Rows<TSimd, TVector>(nint fromChannel, nint toChannel, nint from, nint to)
        {
            ref readonly T source = ref x.GetPinnableReference();
            ref T target = ref y.GetPinnableReference();
            ref readonly T coefficient = ref coefficients.GetPinnableReference();
            nint stride = channels;
            bool hasRelu = relu;
            var zero = TSimd.Broadcast(T.Zero);
            for (nint c = fromChannel; c < toChannel; c += TSimd.Width)
            {
                var mean = TSimd.Load(in coefficient, c);
                var scale = TSimd.Load(in coefficient, stride + c);
                var shift = TSimd.Load(in coefficient, (2 * stride) + c);
                for (nint i = from + c; i < to; i += stride)
                {
                    var value = TSimd.MultiplyAdd(TSimd.Subtract(TSimd.Load(in source, i), mean), scale, shift);
                    TSimd.Store(hasRelu ? TSimd.Max(value, zero) : value, ref target, i);
                }
            }
        }
    }
}
