using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>Inverted dropout (Srivastava et al., JMLR 15, 2014): y = x / (1 − rate) where the element is kept, else 0.</summary>
/// <remarks>
/// The element with logical row-major index i is kept if word i of the stream is at least rate·2³². No mask is saved: backward applies
/// the same function to the gradient with the same words.
/// </remarks>
internal static class DropoutKernel
{
    /// <summary>Applies dropout to x.</summary>
    public static Tensor<T> Run<T>(Tensor<T> x, double rate, RandomStream stream)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var y = new Tensor<T>(x.Shape, x.Context, "Dropout");
        var (source, target) = (x.ReadMemory(), y.WriteMemory());
        ulong threshold = (ulong)Math.Ceiling(rate * 4294967296.0);
        T scale = T.CreateTruncating(1 / (1 - rate));
        if (StorageLayout.IsRowMajor(x.Shape))
        {
            x.Context.Workers.Run(x.ElementCount, Tuning.BlockElements, (from, count) =>
                Run(source.Span.Slice(from, count), target.Span.Slice(from, count), 1, from, count, threshold, scale, stream));
            return y;
        }

        // Channels-last: logical neighbors are one pixel apart in storage. A plane is one channel of one image.
        int channels = x.Shape[1], map = x.Shape[2] * x.Shape[3];
        x.Context.Workers.Run(x.Shape[0] * channels, Tuning.RowsPerBlock(map), (from, count) =>
        {
            for (int plane = from; plane < from + count; plane++)
            {
                int first = (plane / channels * map * channels) + (plane % channels);
                Run(source.Span[first..], target.Span[first..], channels, (long)plane * map, map, threshold, scale, stream);
            }
        });
        return y;
    }

    /// <summary>
    /// Applies dropout to <paramref name="count"/> elements that are <paramref name="stride"/> apart. The first one has
    /// the logical row-major index <paramref name="index"/>.
    /// </summary>
    private static void Run<T>(
        ReadOnlySpan<T> x, Span<T> y, int stride, long index, int count, ulong threshold, T scale, RandomStream stream)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // The generator returns four words at a time. Some words of the first and the last block may not be used.
        int skipped = (int)(index & 3), at = 0;
        for (int i = -skipped; i < count; i += 4, index += 4)
        {
            var (r0, r1, r2, r3) = stream.Block(index >> 2);
            ReadOnlySpan<uint> words = [r0, r1, r2, r3];
            int end = Math.Min(4, count - i);
            for (int w = Math.Max(0, -i); w < end; w++, at += stride) y[at] = words[w] >= threshold ? x[at] * scale : T.Zero;
        }
    }
}
