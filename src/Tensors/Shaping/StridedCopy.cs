using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// Copies elements between two strided layouts. Reshape, permute, slice, pad, concat and expand all use this loop nest.
/// </summary>
/// <remarks>
/// Axes are sorted by their stride in the target, and merged where neither layout has a gap. The elements are then copied in lines along
/// the axis with the smallest stride in the target. Lines that are contiguous in source and target are copied whole, and contiguous lines
/// that repeat one element (source stride 0) are filled. Other lines are copied element by element. If their stride in the source is above
/// 1, as in a transpose, they are copied in tiles that stay in the first-level cache.
/// </remarks>
internal static class StridedCopy
{
    /// <summary>target[Σ i·targetStride] = source[Σ i·sourceStride] for all indices i in <paramref name="shape"/>.</summary>
    public static void Run<T>(
        ComputeContext context,
        Shape shape,
        ReadOnlyMemory<T> source,
        ReadOnlySpan<int> sourceStrides,
        Memory<T> target,
        ReadOnlySpan<int> targetStrides)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var axes = Plan(shape, sourceStrides, targetStrides);
        var inner = axes[^1];
        if (axes.Length == 1)
        {
            context.Workers.Run(inner.Length, Tuning.BlockElements, (from, count) =>
                CopyLine(source.Span[(from * inner.Source)..], inner.Source, target.Span[(from * inner.Target)..], inner.Target, count));
            return;
        }

        var line = axes[^2];
        context.Workers.Run(shape.ElementCount / inner.Length, Tuning.RowsPerBlock(inner.Length), (from, count) =>
        {
            // The last two axes form matrices. The lines of one matrix differ only in their index along the line axis.
            for (int height; count > 0; from += height, count -= height)
            {
                int first = from % line.Length;
                height = Math.Min(line.Length - first, count);
                int sourceOffset = first * line.Source, targetOffset = first * line.Target;
                for (int axis = axes.Length - 3, matrix = from / line.Length; axis >= 0; matrix /= axes[axis--].Length)
                {
                    sourceOffset += matrix % axes[axis].Length * axes[axis].Source;
                    targetOffset += matrix % axes[axis].Length * axes[axis].Target;
                }

                CopyMatrix(source.Span[sourceOffset..], target.Span[targetOffset..], line with { Length = height }, inner);
            }
        });
    }

    /// <summary>The merged axes, at least one. Lines run along the last one. The one before it, if any, counts the lines.</summary>
    private static Axis[] Plan(Shape shape, ReadOnlySpan<int> sourceStrides, ReadOnlySpan<int> targetStrides)
    {
        var axes = new List<Axis>(Shape.MaxRank);
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if (shape[axis] > 1) axes.Add(new Axis(shape[axis], sourceStrides[axis], targetStrides[axis]));
        }

        if (axes.Count == 0) return [new Axis(1, 1, 1)];
        axes.Sort((a, b) => b.Target.CompareTo(a.Target));
        for (int i = axes.Count - 2; i >= 0; i--)
        {
            var (outer, inner) = (axes[i], axes[i + 1]);
            if (outer.Source != inner.Source * inner.Length || outer.Target != inner.Target * inner.Length) continue;
            axes[i] = inner with { Length = outer.Length * inner.Length };
            axes.RemoveAt(i + 1);
        }

        // The lines of a tile should be adjacent in the source, so the axis with the smallest source stride above 0 becomes the one that
        // counts the lines.
        if (axes.Count > 2 && axes[^1].Source > 1)
        {
            int nearest = 0;
            for (int i = 1; i < axes.Count - 1; i++)
            {
                if (axes[i].Source != 0 && (axes[nearest].Source == 0 || axes[i].Source < axes[nearest].Source)) nearest = i;
            }

            var line = axes[nearest];
            axes.RemoveAt(nearest);
            axes.Insert(axes.Count - 1, line);
        }

        return [.. axes];
    }

    private static void CopyMatrix<T>(ReadOnlySpan<T> source, Span<T> target, Axis line, Axis inner)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int width = inner.Source <= 1 ? inner.Length : Tuning.TransposeTile;
        for (int top = 0; top < line.Length; top += Tuning.TransposeTile)
        {
            int bottom = Math.Min(top + Tuning.TransposeTile, line.Length);
            for (int left = 0; left < inner.Length; left += width)
            {
                int count = Math.Min(width, inner.Length - left);
                for (int i = top; i < bottom; i++)
                {
                    CopyLine(
                        source[((i * line.Source) + (left * inner.Source))..],
                        inner.Source,
                        target[((i * line.Target) + (left * inner.Target))..],
                        inner.Target,
                        count);
                }
            }
        }
    }

    private static void CopyLine<T>(ReadOnlySpan<T> source, int sourceStride, Span<T> target, int targetStride, int count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (targetStride == 1 && sourceStride == 1)
        {
            source[..count].CopyTo(target);
        }
        else if (targetStride == 1 && sourceStride == 0)
        {
            target[..count].Fill(source[0]);
        }
        else
        {
            for (int i = 0; i < count; i++) target[i * targetStride] = source[i * sourceStride];
        }
    }

    /// <summary>An axis: its length and its strides in source and target.</summary>
    private readonly record struct Axis(int Length, int Source, int Target);
}
