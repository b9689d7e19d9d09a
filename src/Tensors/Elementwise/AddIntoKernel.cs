using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>target += addend: how gradients of a value that is used twice come together.</summary>
internal static class AddIntoKernel
{
    /// <summary>Adds tensors of equal shapes.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static void Run<T>(Tensor<T> target, Tensor<T> addend)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (target.Shape != addend.Shape) throw new ShapeException($"AddInto: {addend.Shape} cannot be added into {target.Shape}.");
        var (sum, source) = (target.WriteMemory(), addend.ReadMemory());
        Blocks.Run(target.Context, target.ElementCount, (from, count) =>
        {
            var part = sum.Span.Slice(from, count);
            TensorPrimitives.Add(part, source.Span.Slice(from, count), part);
        });
    }
}
