using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>
/// An array of sums over the pixels or tiles of a batch. They are split into parts that are computed in parallel and then added in order.
/// </summary>
/// <remarks>
/// <code>
/// blocks of pixels     0  1  2 │ 3  4  5 │ 6  7
/// parts                   0    │    1    │  2        one array each, `length` elements
/// </code>
/// The split does not depend on the number of workers, so neither does any bit of the result.
/// </remarks>
internal sealed class SplitSum<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ComputeContext context;
    private readonly Scratch<T> sums;
    private readonly int length, blocks, blocksPerPart;

    /// <summary>Splits a sum.</summary>
    /// <param name="context">Provides workers and scratch memory.</param>
    /// <param name="length">The number of elements of the array, each of which is a sum over all blocks.</param>
    /// <param name="blocks">The number of blocks of pixels or tiles. A part covers consecutive blocks.</param>
    /// <param name="maxParts">The maximum number of parts.</param>
    /// <param name="maxBytes">The maximum size of all parts together, in bytes. A single part may be larger.</param>
    public SplitSum(ComputeContext context, int length, int blocks, int maxParts = Tuning.MaxParts, int maxBytes = Tuning.MaxPartsBytes)
    {
        (this.context, this.length, this.blocks) = (context, length, blocks);
        (Parts, blocksPerPart) = Cut(length, blocks, maxParts, maxBytes);
        sums = context.Pool.RentScratch<T>(Parts * length);
    }

    /// <summary>
    /// The number of parts, none of them empty, and the number of blocks in each part except the last, which may have fewer. The parameters
    /// are those of the constructor.
    /// </summary>
    public static (int Parts, int BlocksPerPart) Cut(int length, int blocks, int maxParts, int maxBytes)
    {
        int wanted = (int)Math.Clamp(maxBytes / ((long)length * Unsafe.SizeOf<T>()), 1, Math.Min(maxParts, blocks));
        int blocksPerPart = (blocks + wanted - 1) / wanted;
        return ((blocks + blocksPerPart - 1) / blocksPerPart, blocksPerPart);
    }

    /// <summary>Writes the sum over the blocks <c>firstBlock</c> to <c>endBlock</c> − 1 to <c>sum</c>, which is not initialized.</summary>
    public delegate void PartAction(int firstBlock, int endBlock, Memory<T> sum);

    /// <summary>The number of parts; none is empty.</summary>
    public int Parts { get; }

    /// <summary>The first part. After <see cref="AddParts"/> for all elements, it is the whole sum.</summary>
    public Memory<T> Total => sums.Memory[..length];

    /// <summary>Computes all parts. Each part is one task.</summary>
    public void Run(PartAction body) => context.Workers.Run(Parts, 1, (part, _) =>
        body(part * blocksPerPart, Math.Min(blocks, (part + 1) * blocksPerPart), sums.Memory.Slice(part * length, length)));

    /// <summary>Adds all parts to the first one, for a range of elements. Must be called only once for each element.</summary>
    /// <returns>That range of the whole sum.</returns>
    public Span<T> AddParts(int from, int count)
    {
        var total = sums.Span.Slice(from, count);
        for (int part = 1; part < Parts; part++) TensorPrimitives.Add(total, sums.Span.Slice((part * length) + from, count), total);
        return total;
    }

    /// <summary>Returns the memory to the pool.</summary>
    public void Dispose() => sums.Dispose();
}
