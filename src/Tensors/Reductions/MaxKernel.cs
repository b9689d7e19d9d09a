using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>
/// The largest element over any axes and its index. Of equal elements, the first in logical order is selected. NaN is larger than any
/// number.
/// </summary>
internal static class MaxKernel
{
    /// <summary>The largest elements and, for backward, the argmax index of each among the elements that were reduced to it.</summary>
    public static Tensor<T> Forward<T>(Tensor<T> x, AxisSet axes, bool keepDims, out PooledMemory<int> positions)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var gathered = Rows.Gather(x, axes);
        int length = axes.CountIn(x.Shape), rows = x.ElementCount / length;
        var y = new Tensor<T>(axes.Reduce(x.Shape, keepDims: true), x.Context, "Max");
        positions = x.Context.Pool.Rent<int>(rows);
        var (source, target, argmax) = ((gathered ?? x).ReadMemory(), y.WriteMemory(), positions.Memory);
        x.Context.Workers.Run(rows, Tuning.RowsPerBlock(length), (from, count) =>
        {
            for (int row = from; row < from + count; row++)
            {
                var elements = source.Span.Slice(row * length, length);
                T max = TensorPrimitives.Max(elements);
                target.Span[row] = max;
                argmax.Span[row] = elements.IndexOf(max);
            }
        });
        if (keepDims) return y;
        using (y) return ReshapeKernel.Run(y, axes.Reduce(x.Shape, keepDims: false));
    }

    /// <summary>dx = dy at the largest element, else 0.</summary>
    public static Tensor<T> Backward<T>(Tensor<T> dy, ReadOnlyMemory<int> positions, AxisSet axes, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int length = axes.CountIn(shape);
        using var kept = ReshapeKernel.Run(dy, axes.Reduce(shape, keepDims: true));
        bool contiguous = Rows.AreStorage(shape, axes);
        var dx = Tensor<T>.Zeros(contiguous ? shape : [positions.Length, length], dy.Context);
        var upstream = kept.Read();
        var target = dx.Write();
        for (int row = 0; row < positions.Length; row++) target[(row * length) + positions.Span[row]] = upstream[row];
        return contiguous ? dx : Rows.Scatter(dx, shape, axes);
    }

    /// <summary>The argmax indices along one axis, in logical order of the other axes.</summary>
    public static int[] ArgMax<T>(Tensor<T> x, int axis)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var axes = AxisSet.Of(x.Shape, [axis]);
        using var max = Forward(x, axes, keepDims: true, out var positions);
        using (positions)
        {
            int[] indices = new int[positions.Length];
            StorageLayout.ToLogical<int>(max.Shape, positions.Span, indices);
            return indices;
        }
    }
}
