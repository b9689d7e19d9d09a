using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>The gradients of batch normalization (Ioffe and Szegedy 2015, section 3), in two passes over x and dy.</summary>
/// <remarks>
/// With x̂ = (x − mean)/σ and n values per channel: dβ = Σdy, dγ = Σdy·x̂, dx = γ/σ·(dy − dβ/n − x̂·dγ/n). If the statistics are constants,
/// dx = γ/σ·dy. If forward applied ReLU, dy is treated as 0 where y ≤ 0; y is recomputed, because that is cheaper than reading it.
/// </remarks>
internal static class BatchNormBackwardKernel
{
    /// <summary>The first pass: dγ and dβ, [C] each. The parameters are those of <see cref="InputGradient"/>.</summary>
    /// <exception cref="ShapeException">
    /// x is neither [N,C] nor [N,C,H,W], dy has a different shape, or a per-channel tensor is not [C].
    /// </exception>
    public static (Tensor<T> DGamma, Tensor<T> DBeta) ParameterGradients<T>(
        Tensor<T> x, Tensor<T> dy, Tensor<T> mean, Tensor<T> inverseDeviation, Tensor<T> gamma, Tensor<T> beta, bool relu)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var profile = x.Context.Profile("BatchNorm", "parameter gradients");
        var rows = Check(x, dy, mean, inverseDeviation, gamma, beta);
        int channels = rows.Channels;
        var (source, upstream, width) = (x.ReadMemory(), dy.ReadMemory(), x.Context.VectorWidth);
        // [blocks][2][channels]: Σdy, then Σdy·(x − mean).
        using var partial = x.Context.Pool.RentScratch<T>(rows.Blocks * 2 * channels);
        using var rented = BatchNormKernel.Coefficients(mean, inverseDeviation, gamma, beta, BatchNormKernel.CoefficientsOfForward);
        var (parts, coefficients) = (partial.Memory, rented.Memory);
        x.Context.Workers.Run(rows.Blocks, 1, (block, _) =>
        {
            var elements = rows.ElementsOf(block);
            var part = parts.Span.Slice(block * 2 * channels, 2 * channels);
            SimdDispatch.Run<T, SumAction<T>>(
                width, new(source.Span[elements], upstream.Span[elements], coefficients.Span, channels, relu, part));
        });

        Tensor<T> dGamma = new([channels], x.Context, "BatchNorm backward"), dBeta = new([channels], x.Context, "BatchNorm backward");
        Span<T> sums = partial.Span[..(2 * channels)];
        for (int block = 1; block < rows.Blocks; block++)
            TensorPrimitives.Add(sums, partial.Span.Slice(block * 2 * channels, 2 * channels), sums);
        sums[..channels].CopyTo(dBeta.Write());
        TensorPrimitives.Multiply(sums[channels..], inverseDeviation.Read(), dGamma.Write());
        return (dGamma, dBeta);
    }

    /// <summary>The second pass: dx.</summary>
    /// <param name="x">The input.</param>
    /// <param name="dy">The gradient of the loss with respect to the output.</param>
    /// <param name="mean">The mean that forward subtracted.</param>
    /// <param name="inverseDeviation">The 1/σ that forward multiplied by.</param>
    /// <param name="gamma">The scale.</param>
    /// <param name="beta">The shift.</param>
    /// <param name="relu">Whether forward applied ReLU.</param>
    /// <param name="dGamma">dγ from the first pass; null if mean and σ are constants.</param>
    /// <param name="dBeta">dβ from the first pass; null if mean and σ are constants.</param>
    /// <exception cref="ShapeException">
    /// x is neither [N,C] nor [N,C,H,W], dy has a different shape, or a per-channel tensor is not [C].
    /// </exception>
    public static Tensor<T> InputGradient<T>(
        Tensor<T> x,
        Tensor<T> dy,
        Tensor<T> mean,
        Tensor<T> inverseDeviation,
        Tensor<T> gamma,
        Tensor<T> beta,
        bool relu,
        Tensor<T>? dGamma,
        Tensor<T>? dBeta)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var profile = x.Context.Profile("BatchNorm", "input gradient");
        var rows = Check(x, dy, mean, inverseDeviation, gamma, beta);
        if (dGamma is not null && dBeta is not null) _ = ChannelRows.Of(x, ("gradient of gamma", dGamma), ("gradient of beta", dBeta));
        var dx = new Tensor<T>(x.Shape, x.Context, "BatchNorm backward");
        var (source, upstream, target) = (x.ReadMemory(), dy.ReadMemory(), dx.WriteMemory());
        using var rented = BatchNormKernel.Coefficients(mean, inverseDeviation, gamma, beta, BatchNormKernel.CoefficientsOfForward + 2);
        // dx = γ/σ·(dy − constant + slope·(x − mean)), with constant = dβ/n and slope = −dγ/(n·σ).
        Span<T> constant = rented.Span.Slice(BatchNormKernel.CoefficientsOfForward * rows.Channels, rows.Channels);
        Span<T> slope = rented.Span[^rows.Channels..];
        if (dGamma is null || dBeta is null)
        {
            constant.Clear();
            slope.Clear();
        }
        else
        {
            var inverseCount = T.One / T.CreateTruncating(rows.Rows);
            TensorPrimitives.Multiply(dBeta.Read(), inverseCount, constant);
            TensorPrimitives.Multiply(dGamma.Read(), inverseDeviation.Read(), slope);
            TensorPrimitives.Multiply(slope, -inverseCount, slope);
        }

        var coefficients = rented.Memory;
        x.Context.Workers.Run(rows.Blocks, 1, (block, _) =>
        {
            var elements = rows.ElementsOf(block);
            SimdDispatch.Run<T, InputAction<T>>(x.Context.VectorWidth, new(
                source.Span[elements], upstream.Span[elements], coefficients.Span, rows.Channels, relu, target.Span[elements]));
        });
        return dx;
    }

    private static ChannelRows Check<T>(
        Tensor<T> x, Tensor<T> dy, Tensor<T> mean, Tensor<T> inverseDeviation, Tensor<T> gamma, Tensor<T> beta)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (dy.Shape != x.Shape)
            throw new ShapeException($"BatchNorm backward: input {x.Shape} and gradient {dy.Shape} must have the same shape.");
        return ChannelRows.Of(x, ("mean", mean), ("inverse standard deviation", inverseDeviation), ("gamma", gamma), ("beta", beta));
    }

    private readonly ref struct SumAction<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> dy, ReadOnlySpan<T> coefficients, int channels, bool relu, Span<T> partial) :
        ISimdAction<T>, IChannelLoop<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> x = x, dy = dy, coefficients = coefficients;
        private readonly Span<T> partial = partial;

        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            partial.Clear();
            ChannelRows.Run<SumAction<T>, TSimd, TVector, T>(this, channels, x.Length);
        }

        void IChannelLoop<T>.Rows<TSimd, TVector>(nint fromChannel, nint toChannel, nint from, nint to)
        {
            ref readonly T source = ref x.GetPinnableReference();
            ref readonly T upstream = ref dy.GetPinnableReference();
            ref T sums = ref partial.GetPinnableReference();
            ref readonly T coefficient = ref coefficients.GetPinnableReference();
            nint stride = channels;
            bool hasRelu = relu;
            var zero = TSimd.Broadcast(T.Zero);
            for (nint c = fromChannel; c < toChannel; c += TSimd.Width)
            {
                var mean = TSimd.Load(in coefficient, c);
                var scale = TSimd.Load(in coefficient, stride + c);
                var shift = TSimd.Load(in coefficient, (2 * stride) + c);
                var sum = TSimd.Load(in sums, c);
                var product = TSimd.Load(in sums, stride + c);
                for (nint i = from + c; i < to; i += stride)
                {
                    var deviation = TSimd.Subtract(TSimd.Load(in source, i), mean);
                    var gradient = TSimd.Load(in upstream, i);
                    if (hasRelu)
                        gradient = TSimd.Select(TSimd.GreaterThan(TSimd.MultiplyAdd(deviation, scale, shift), zero), gradient, zero);
                    sum = TSimd.Add(sum, gradient);
                    product = TSimd.MultiplyAdd(gradient, deviation, product);
                }

                TSimd.Store(sum, ref sums, c);
                TSimd.Store(product, ref sums, stride + c);
            }
        }
    }

    private readonly ref struct InputAction<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> dy, ReadOnlySpan<T> coefficients, int channels, bool relu, Span<T> dx) :
        ISimdAction<T>, IChannelLoop<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> x = x, dy = dy, coefficients = coefficients;
        private readonly Span<T> dx = dx;

        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            ChannelRows.Run<InputAction<T>, TSimd, TVector, T>(this, channels, dx.Length);
        }

        void IChannelLoop<T>.Rows<TSimd, TVector>(nint fromChannel, nint toChannel, nint from, nint to)
        {
            ref readonly T source = ref x.GetPinnableReference();
            ref readonly T upstream = ref dy.GetPinnableReference();
            ref T target = ref dx.GetPinnableReference();
            ref readonly T coefficient = ref coefficients.GetPinnableReference();
            nint stride = channels;
            bool hasRelu = relu;
            var zero = TSimd.Broadcast(T.Zero);
            for (nint c = fromChannel; c < toChannel; c += TSimd.Width)
            {
                var mean = TSimd.Load(in coefficient, c);
                var scale = TSimd.Load(in coefficient, stride + c);
                var shift = TSimd.Load(in coefficient, (2 * stride) + c);
                var constant = TSimd.Load(in coefficient, (3 * stride) + c);
                var slope = TSimd.Load(in coefficient, (4 * stride) + c);
                for (nint i = from + c; i < to; i += stride)
                {
                    var deviation = TSimd.Subtract(TSimd.Load(in source, i), mean);
                    var gradient = TSimd.Load(in upstream, i);
                    if (hasRelu)
                        gradient = TSimd.Select(TSimd.GreaterThan(TSimd.MultiplyAdd(deviation, scale, shift), zero), gradient, zero);
                    gradient = TSimd.MultiplyAdd(deviation, slope, TSimd.Subtract(gradient, constant));
                    TSimd.Store(TSimd.Multiply(gradient, scale), ref target, i);
                }
            }
        }
    }
}
