using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>Applied to finished outputs of a product or convolution while they are in the cache: y = max(y + bias, 0), each part optional.</summary>
internal readonly record struct Epilogue<T>(ReadOnlyMemory<T> Bias, bool Relu)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Applies it to some channels of a row, from <paramref name="firstChannel"/> onward.</summary>
    public void Apply(Span<T> channels, int firstChannel)
    {
        if (!Bias.IsEmpty) TensorPrimitives.Add(channels, Bias.Span.Slice(firstChannel, channels.Length), channels);
        if (Relu) TensorPrimitives.Max(channels, T.Zero, channels);
    }

    /// <summary>The epilogue of some columns, for the micro-kernel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TileEpilogue<T> Of(int firstColumn, int columns, T alpha) =>
        new(alpha, accumulate: false, Bias.IsEmpty ? default : Bias.Span.Slice(firstColumn, columns), Relu);
}

/// <summary>What the micro-kernel does with its sums s: c = max(alpha · s + c + bias, 0); all but s are optional.</summary>
internal readonly ref struct TileEpilogue<T>(T alpha, bool accumulate, ReadOnlySpan<T> bias = default, bool relu = false)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The factor of the sums.</summary>
    public T Alpha { get; } = alpha;

    /// <summary>Whether c is added to; otherwise it is overwritten and may hold anything.</summary>
    public bool Accumulate { get; } = accumulate;

    /// <summary>A value for each column that exists; empty if there is none.</summary>
    public ReadOnlySpan<T> Bias { get; } = bias;

    /// <summary>Whether negative results become 0.</summary>
    public bool Relu { get; } = relu;

    /// <summary>Whether there is a bias or ReLU.</summary>
    public bool Finishes { get; } = relu || !bias.IsEmpty;

    /// <summary>The part for one piece of the sums: those before the last are not finished, those after the first are added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TileEpilogue<T> Of(bool isFirst, bool isLast) =>
        new(Alpha, Accumulate || !isFirst, isLast ? Bias : default, isLast && Relu);
}
