using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>What is done to each output of a convolution on its way to memory: y = max(y + bias, 0), each part optional.</summary>
internal readonly record struct Epilogue<T>(ReadOnlyMemory<T> Bias, bool Relu)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Whether nothing is to be done.</summary>
    public bool IsEmpty => Bias.IsEmpty && !Relu;

    /// <summary>Applies it to rows of channels that are already in memory, by all workers.</summary>
    public void Apply(ComputeContext context, Memory<T> rows, int channels)
    {
        if (IsEmpty) return;
        var epilogue = this;
        Blocks.Run(
            context, rows.Length / channels, (from, count) => epilogue.Apply(rows.Span.Slice(from * channels, count * channels), channels), Blocks.Rows(channels));
    }

    /// <summary>Applies it to rows of channels that are already in memory.</summary>
    public void Apply(Span<T> rows, int channels)
    {
        if (IsEmpty) return;
        var bias = Bias.Span;
        for (int start = 0; start < rows.Length; start += channels)
        {
            var row = rows.Slice(start, channels);
            if (!bias.IsEmpty) System.Numerics.Tensors.TensorPrimitives.Add(row, bias, row);
            if (Relu) System.Numerics.Tensors.TensorPrimitives.Max(row, T.Zero, row);
        }
    }
}
