using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>dwᵀ = Σ pixels: windowᵀ · dy. Lanes run over K, so that few input channels, as in the first layer, fill them.</summary>
internal static class ImplicitGemmWeightGradient
{
    // Output pixels that are summed in registers: their part of dy stays in the first-level cache while all places of the window pass.
    private const int PixelsPerChunk = 192;

    // Places of the window whose partial sums are added up by one task.
    private const int PlacesPerTask = 96;

    /// <summary>Computes dw [K][kH][kW][C].</summary>
    public static void Run<T>(ComputeContext context, ConvolutionShape s, ReadOnlyMemory<T> x, ReadOnlyMemory<T> dy, Memory<T> dw)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var rows = new PaddedRows(s);
        int panelColumns = MicroKernel.Vectors * SimdDispatch.Lanes<T>(context.VectorWidth), panels = (s.K + panelColumns - 1) / panelColumns;
        int taps = Packing.RoundUp(s.PatchLength, MicroKernel.Rows), length = panels * taps * panelColumns;
        int rowsPerChunk = Math.Clamp(PixelsPerChunk / s.OutputWidth, 1, s.OutputHeight), chunksPerImage = (s.OutputHeight + rowsPerChunk - 1) / rowsPerChunk;
        int chunks = s.N * chunksPerImage;
        var (parts, chunksPerPart) = PartialSums.Of<T>(length, chunks);

        using var places = context.Pool.RentScratch<int>(taps);
        var window = places.Memory;
        for (int tap = 0; tap < taps; tap++)
        {
            var (i, j) = Math.DivRem(Math.Min(tap, s.PatchLength - 1), rows.RunLength);
            window.Span[tap] = (i * rows.RowLength) + j;
        }

        // Sums are [part][panel][tap][2 vectors].
        using var sums = context.Pool.RentScratch<T>(parts * length);
        var partial = sums.Memory;
        context.Workers.Run(parts, 1, (part, _) =>
        {
            using var padded = context.Pool.RentScratch<T>(rows.Elements(rowsPerChunk));
            // Of a last panel that K does not fill the rest stays zero.
            using var gradients = context.Pool.RentScratch<T>(panels * rowsPerChunk * s.OutputWidth * panelColumns);
            gradients.Span.Clear();
            int from = part * chunksPerPart, end = Math.Min(chunks, from + chunksPerPart);
            for (int chunk = from; chunk < end; chunk++)
            {
                var (image, piece) = Math.DivRem(chunk, chunksPerImage);
                int first = piece * rowsPerChunk, count = Math.Min(rowsPerChunk, s.OutputHeight - first), pixels = count * s.OutputWidth;
                rows.Copy(x.Span, image, first, count, padded.Span);
                SimdDispatch.Run<T, Action<T>>(context.VectorWidth, new(
                    s, rows, padded.Span, window.Span, dy.Span.Slice(((image * s.OutputHeight) + first) * s.OutputWidth * s.K, pixels * s.K), gradients.Span, pixels, partial.Span.Slice(part * length, length), accumulate: chunk > from));
            }
        });

        // The parts added up, and transposed.
        int tasks = (s.PatchLength + PlacesPerTask - 1) / PlacesPerTask;
        context.Workers.Run(panels * tasks, 1, (task, _) =>
        {
            var (panel, group) = Math.DivRem(task, tasks);
            int first = group * PlacesPerTask, count = Math.Min(PlacesPerTask, s.PatchLength - first), start = ((panel * taps) + first) * panelColumns;
            var sum = partial.Span.Slice(start, count * panelColumns);
            for (int part = 1; part < parts; part++) TensorPrimitives.Add(sum, partial.Span.Slice((part * length) + start, sum.Length), sum);
            for (int k = panel * panelColumns; k < Math.Min(s.K, (panel + 1) * panelColumns); k++)
            {
                var target = dw.Span.Slice((k * s.PatchLength) + first, count);
                for (int tap = 0; tap < count; tap++) target[tap] = sum[(tap * panelColumns) + k - (panel * panelColumns)];
            }
        });
    }

    private readonly ref struct Action<T>(
        ConvolutionShape s, PaddedRows rows, ReadOnlySpan<T> padded, ReadOnlySpan<int> places, ReadOnlySpan<T> dy, Span<T> packed, int pixels, Span<T> sums, bool accumulate)
        : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> padded = padded, dy = dy;
        private readonly ReadOnlySpan<int> places = places;
        private readonly Span<T> packed = packed, sums = sums;

        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            int panelColumns = MicroKernel.Vectors * TSimd.Width, panelLength = pixels * panelColumns;
            Pack<TSimd, TVector>(panelColumns, panelLength);
            for (int panel = 0; panel * panelColumns < s.K; panel++)
            {
                for (int tap = 0; tap < places.Length; tap += MicroKernel.Rows)
                {
                    MicroKernel.Run<TSimd, TVector, T>(
                        in padded[places[tap]], TileRows.At(places[tap..], rows.PixelStep, s.OutputWidth, pixels / s.OutputWidth, rows.RowStep),
                        in packed[panel * panelLength], panelColumns, ref sums[((panel * places.Length) + tap) * panelColumns], panelColumns, T.One, accumulate);
                }
            }
        }

        /// <summary>Pixels of dy, [pixel][K], to panels [panel][pixel][2 vectors].</summary>
        private void Pack<TSimd, TVector>(int panelColumns, int panelLength)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            int whole = s.K / panelColumns, rest = s.K % panelColumns;
            for (int pixel = 0; pixel < pixels; pixel++)
            {
                ref T source = ref Unsafe.AsRef(in dy[pixel * s.K]);
                ref T target = ref packed[pixel * panelColumns];
                for (int panel = 0; panel < whole; panel++)
                {
                    TSimd.Store(TSimd.Load(in source, panel * panelColumns), ref target, panel * panelLength);
                    TSimd.Store(TSimd.Load(in source, (panel * panelColumns) + TSimd.Width), ref target, (panel * panelLength) + TSimd.Width);
                }

                if (rest > 0) dy.Slice((pixel * s.K) + s.K - rest, rest).CopyTo(packed[((whole * panelLength) + (pixel * panelColumns))..]);
            }
        }
    }
}
