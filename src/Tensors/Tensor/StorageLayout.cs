namespace DeepSharp.Tensors;

/// <summary>
/// The storage order of tensors: rank 4 is stored channels-last, [N,C,H,W] as N,H,W,C in memory (weights [O,I,kH,kW] as O,kH,kW,I). All
/// other ranks are stored row-major.
/// </summary>
/// <remarks>
/// SIMD lanes run over channels, which are contiguous. Deep layers with many channels but 2×2 maps therefore fill vectors as well as layers
/// with large maps.
/// </remarks>
public static class StorageLayout
{
    /// <summary>The distance in storage between neighboring elements along each logical axis.</summary>
    public static int[] Strides(Shape shape)
    {
        if (shape.Rank == 4)
        {
            int c = shape[1], h = shape[2], w = shape[3];
            return [h * w * c, 1, w * c, c];
        }

        return RowMajorStrides(shape);
    }

    /// <summary>The distance in row-major order between neighboring elements along each logical axis.</summary>
    public static int[] RowMajorStrides(Shape shape)
    {
        int[] strides = new int[shape.Rank];
        for (int axis = shape.Rank - 1, stride = 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= shape[axis];
        }

        return strides;
    }

    /// <summary>The axes from the largest to the smallest stride in storage: 0,2,3,1 for rank 4; 0,1,2 for rank 3, and so on.</summary>
    public static ReadOnlySpan<int> StorageOrder(int rank) => rank switch
    {
        4 => [0, 2, 3, 1],
        3 => [0, 1, 2],
        2 => [0, 1],
        1 => [0],
        _ => [],
    };

    /// <summary>Whether storage order equals logical row-major order for this shape.</summary>
    public static bool IsRowMajor(Shape shape) => shape.Rank < 4 || shape[1] == 1 || (shape[2] == 1 && shape[3] == 1);

    /// <summary>Copies from storage order to logical row-major order.</summary>
    public static void ToLogical<T>(Shape shape, ReadOnlySpan<T> storage, Span<T> logical) =>
        Permute(shape, storage, logical, toLogical: true);

    /// <summary>Copies from logical row-major order to storage order.</summary>
    public static void ToStorage<T>(Shape shape, ReadOnlySpan<T> logical, Span<T> storage) =>
        Permute(shape, logical, storage, toLogical: false);

    private static void Permute<T>(Shape shape, ReadOnlySpan<T> source, Span<T> target, bool toLogical)
    {
        if (IsRowMajor(shape))
        {
            source[..shape.ElementCount].CopyTo(target);
            return;
        }

        int channels = shape[1], map = shape[2] * shape[3];
        for (int n = 0; n < shape[0]; n++)
        {
            var from = source.Slice(n * channels * map, channels * map);
            var to = target.Slice(n * channels * map, channels * map);
            // A transpose of [pixels × channels] into [channels × pixels], or back.
            for (int p = 0; p < map; p++)
            {
                for (int c = 0; c < channels; c++)
                {
                    if (toLogical) to[(c * map) + p] = from[(p * channels) + c];
                    else to[(p * channels) + c] = from[(c * map) + p];
                }
            }
        }
    }
}
