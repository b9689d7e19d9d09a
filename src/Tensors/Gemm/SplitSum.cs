using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>A sum over the pixels of a batch that is cut into parts: workers compute them side by side, then they are added in their order.</summary>
/// <remarks>Where the sum is cut depends on its size alone, so its bits do not depend on the number of workers.</remarks>
internal sealed class SplitSum<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ComputeContext context;
    private readonly Scratch<T> sums;
    private readonly int length, pieces, piecesPerPart;

    /// <summary>Cuts a sum.</summary>
    /// <param name="context">Workers and scratch memory.</param>
    /// <param name="length">The elements of the sum.</param>
    /// <param name="pieces">The pieces that the pixels are cut into; a part is a run of them.</param>
    /// <param name="maxParts">The number of parts, at most.</param>
    /// <param name="maxBytes">The bytes of all parts together, at most, where there are two or more.</param>
    public SplitSum(ComputeContext context, int length, int pieces, int maxParts = Tuning.MaxParts, int maxBytes = Tuning.MaxPartsBytes)
    {
        (this.context, this.length, this.pieces) = (context, length, pieces);
        (Parts, piecesPerPart) = Cut(length, pieces, maxParts, maxBytes);
        sums = context.Pool.RentScratch<T>(Parts * length);
    }

    /// <summary>The number of parts, none of them empty, and how many pieces each has but for the last; the arguments are those of the constructor.</summary>
    public static (int Parts, int PiecesPerPart) Cut(int length, int pieces, int maxParts, int maxBytes)
    {
        int wanted = (int)Math.Clamp(maxBytes / ((long)length * Unsafe.SizeOf<T>()), 1, Math.Min(maxParts, pieces));
        int piecesPerPart = (pieces + wanted - 1) / wanted;
        return ((pieces + piecesPerPart - 1) / piecesPerPart, piecesPerPart);
    }

    /// <summary>Computes the sum of the pieces from the first to before the last into memory, whose elements may hold anything.</summary>
    public delegate void PartAction(int firstPiece, int endPiece, Memory<T> sum);

    /// <summary>The number of parts; none is empty.</summary>
    public int Parts { get; }

    /// <summary>The first part; after <see cref="AddParts"/> the sum.</summary>
    public Memory<T> Total => sums.Memory[..length];

    /// <summary>Computes all parts, one a task.</summary>
    public void Run(PartAction body) => context.Workers.Run(Parts, 1, (part, _) =>
        body(part * piecesPerPart, Math.Min(pieces, (part + 1) * piecesPerPart), sums.Memory.Slice(part * length, length)));

    /// <summary>Adds all parts to the first one, for a range of elements.</summary>
    /// <returns>The elements of the sum.</returns>
    public Span<T> AddParts(int from, int count)
    {
        var total = sums.Span.Slice(from, count);
        for (int part = 1; part < Parts; part++) TensorPrimitives.Add(total, sums.Span.Slice((part * length) + from, count), total);
        return total;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => sums.Dispose();
}
