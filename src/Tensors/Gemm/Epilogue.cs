using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>Optional bias and ReLU of a product or convolution, applied while the outputs are in the cache: y = max(y + bias, 0).</summary>
/// <param name="Bias">One value for each output channel (column of the product); empty if there is no bias.</param>
/// <param name="Relu">Whether to apply ReLU.</param>
internal readonly record struct Epilogue<T>(ReadOnlyMemory<T> Bias, bool Relu)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Applies bias and ReLU to channels of a row, the first of which is <paramref name="firstChannel"/>.</summary>
    public void Apply(Span<T> channels, int firstChannel)
    {
        if (!Bias.IsEmpty) TensorPrimitives.Add(channels, Bias.Span.Slice(firstChannel, channels.Length), channels);
        if (Relu) TensorPrimitives.Max(channels, T.Zero, channels);
    }

    /// <summary>The epilogue of a range of columns, in the form that the micro-kernel accepts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TileEpilogue<T> Of(int firstColumn, int columns, T alpha) =>
        new(alpha, accumulate: false, Bias.IsEmpty ? default : Bias.Span.Slice(firstColumn, columns), Relu);
}

/// <summary>How the micro-kernel finishes its sums s: c = max(alpha · s + c + bias, 0). Adding c, the bias and ReLU are optional.</summary>
internal readonly ref struct TileEpilogue<T>(T alpha, bool accumulate, ReadOnlySpan<T> bias = default, bool relu = false)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The factor of the sums.</summary>
    public T Alpha { get; } = alpha;

    /// <summary>Whether alpha · s is added to c. Otherwise c is overwritten, and its old elements are not used.</summary>
    public bool Accumulate { get; } = accumulate;

    /// <summary>One value for each existing column; empty if there is no bias.</summary>
    public ReadOnlySpan<T> Bias { get; } = bias;

    /// <summary>Whether to apply ReLU.</summary>
    public bool Relu { get; } = relu;

    /// <summary>Whether there is a bias or a ReLU to apply.</summary>
    public bool Finishes { get; } = relu || !bias.IsEmpty;

    /// <summary>The epilogue of one part of the sums. Parts after the first are always added to c. Bias and ReLU follow the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TileEpilogue<T> Of(bool isFirst, bool isLast) =>
        new(Alpha, Accumulate || !isFirst, isLast ? Bias : default, isLast && Relu);
}
