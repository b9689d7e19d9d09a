using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>The reverse of broadcasting: sums a tensor over the axes along which a smaller shape would be stretched to it.</summary>
/// <remarks>
/// The tensor is cut into chunks, whose number depends on the shapes alone; each chunk sums its rows in order into partial sums of its own, and those are
/// added in the order of the chunks.
/// </remarks>
internal static class SumToKernel
{
    // More than any processor has cores, few enough that adding the partial sums is little work.
    private const int MaxChunks = 64;

    /// <summary>Sums x to <paramref name="shape"/>, which must broadcast to the shape of x.</summary>
    /// <exception cref="ShapeException">It does not.</exception>
    public static Tensor<T> Run<T>(Tensor<T> x, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        if (Shape.Broadcast("SumTo", shape, x.Shape) != x.Shape) throw new ShapeException($"SumTo: {x.Shape} cannot be summed to {shape}, which is larger.");
        var loop = new BroadcastLoop(x.Shape, x.Shape, shape);
        var sum = new Tensor<T>(shape, x.Context, "SumTo");
        // The partial sums must not be more than x itself.
        int length = shape.ElementCount;
        int chunks = Math.Clamp(x.ElementCount / Blocks.Elements, 1, Math.Min(MaxChunks, x.ElementCount / length));
        using var others = x.Context.Pool.Rent<T>((chunks - 1) * length);
        var (source, target, partial) = (x.ReadMemory(), sum.WriteMemory(), others.Memory);
        x.Context.Workers.Run(chunks, chunk =>
        {
            var sums = chunk == 0 ? target.Span : partial.Span.Slice((chunk - 1) * length, length);
            sums.Clear();
            int from = Start(chunk), count = Start(chunk + 1) - from;
            SimdDispatch.Run<T, Action<T>>(x.Context.VectorWidth, new(loop, from, count, source.Span, sums, x.Context.VectorWidth));
        });
        if (chunks > 1)
        {
            Blocks.Run(x.Context, length, (from, count) =>
            {
                var part = target.Span.Slice(from, count);
                for (int chunk = 1; chunk < chunks; chunk++) TensorPrimitives.Add(part, partial.Span.Slice(((chunk - 1) * length) + from, count), part);
            });
        }

        return sum;

        int Start(int chunk) => (int)((long)loop.PieceCount * chunk / chunks);
    }

    private readonly ref struct Action<T>(BroadcastLoop loop, int from, int count, ReadOnlySpan<T> x, Span<T> sums, VectorWidth width) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly BroadcastLoop loop = loop;
        private readonly int from = from, count = count;
        private readonly ReadOnlySpan<T> x = x;
        private readonly Span<T> sums = sums;
        private readonly VectorWidth width = width;

        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            for (int number = from; number < from + count; number++)
            {
                var piece = loop.Piece(number);
                var row = x.Slice(piece.Output, piece.Length);
                if (loop.RightStep == 0)
                {
                    sums[piece.Right] += T.CreateTruncating(Summation.Sum<T, ElementTerm<T>>(width, new(row), row.Length));
                    continue;
                }

                int whole = loop.RightStep == 1 ? row.Length - (row.Length % TSimd.Width) : 0;
                ref T target = ref sums[piece.Right];
                for (nint i = 0; i < whole; i += TSimd.Width)
                    TSimd.Store(TSimd.Add(TSimd.Load(in target, i), TSimd.Load(in row[0], i)), ref target, i);
                for (int i = whole; i < row.Length; i++) sums[piece.Right + (i * loop.RightStep)] += row[i];
            }
        }
    }
}
