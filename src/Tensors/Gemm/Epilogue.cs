using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>Applied to finished outputs of a product or convolution while they are in the cache: y = max(y + bias, 0), each part optional.</summary>
internal readonly record struct Epilogue<T>(ReadOnlyMemory<T> Bias, bool Relu)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Applies it to whole rows of channels.</summary>
    public void ApplyToRows(Span<T> rows, int channels)
    {
        if (Bias.IsEmpty && !Relu) return;
        for (int start = 0; start < rows.Length; start += channels) Apply(rows.Slice(start, channels), 0);
    }

    /// <summary>Applies it to some channels of a row, from <paramref name="firstChannel"/> onward.</summary>
    public void Apply(Span<T> channels, int firstChannel)
    {
        if (!Bias.IsEmpty) TensorPrimitives.Add(channels, Bias.Span.Slice(firstChannel, channels.Length), channels);
        if (Relu) TensorPrimitives.Max(channels, T.Zero, channels);
    }
}
