using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>Applied to finished outputs of a product or convolution while they are in the cache: y = max(y + bias, 0).</summary>
/// <param name="Bias">One value for each channel; empty without a bias.</param>
/// <param name="Relu">Whether negative results become 0.</param>
internal readonly record struct Epilogue<T>(ReadOnlyMemory<T> Bias, bool Relu)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Applies bias and ReLU to the channels of a row from <paramref name="firstChannel"/> onward.</summary>
    public void Apply(Span<T> channels, int firstChannel)
    {
        if (!Bias.IsEmpty) TensorPrimitives.Add(channels, Bias.Span.Slice(firstChannel, channels.Length), channels);
        if (Relu) TensorPrimitives.Max(channels, T.Zero, channels);
    }

    /// <summary>The epilogue of a range of columns, in the form that the micro-kernel takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TileEpilogue<T> Of(int firstColumn, int columns, T alpha) =>
        new(alpha, accumulate: false, Bias.IsEmpty ? default : Bias.Span.Slice(firstColumn, columns), Relu);
}

/// <summary>How the micro-kernel finishes its sums s: c = max(alpha · s + c + bias, 0). Everything but s is optional.</summary>
internal readonly ref struct TileEpilogue<T>(T alpha, bool accumulate, ReadOnlySpan<T> bias = default, bool relu = false)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The factor of the sums.</summary>
    public T Alpha { get; } = alpha;

    /// <summary>Whether the result is added to c. Otherwise c is overwritten and its old values are not used.</summary>
    public bool Accumulate { get; } = accumulate;

    /// <summary>One value for each existing column; empty without a bias.</summary>
    public ReadOnlySpan<T> Bias { get; } = bias;

    /// <summary>Whether negative results become 0.</summary>
    public bool Relu { get; } = relu;

    /// <summary>Whether there is a bias or ReLU.</summary>
    public bool Finishes { get; } = relu || !bias.IsEmpty;

    /// <summary>The epilogue for one part of the sums. Parts after the first are added to c. Bias and ReLU follow the last part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TileEpilogue<T> Of(bool isFirst, bool isLast) =>
        new(Alpha, Accumulate || !isFirst, isLast ? Bias : default, isLast && Relu);
}
