using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>A stretch of memory that is asked for piece by piece while the processor computes something else; a hint, which changes no result.</summary>
internal ref struct MemoryAhead<T>(ReadOnlySpan<T> stretch, int pieces)
    where T : unmanaged
{
    private static readonly int Line = CacheHint.LineBytes / Unsafe.SizeOf<T>();

    private readonly ReadOnlySpan<T> stretch = stretch;
    private readonly int piece = Packing.RoundUp((stretch.Length + pieces - 1) / pieces, Line);
    private int asked;

    /// <summary>Asks for the next piece, while there is one.</summary>
    public void AskForPiece()
    {
        int end = Math.Min(asked + piece, stretch.Length);
        for (; asked < end; asked += Line) CacheHint.PrefetchFar(in stretch[asked]);
    }
}
