using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests;

public class StorageLayoutTests
{
    [Fact]
    public void Rank_4_is_stored_channels_last()
    {
        Assert.Equal([60, 1, 15, 3], StorageLayout.Strides([2, 3, 4, 5]));
        Assert.Equal([60, 20, 5, 1], StorageLayout.RowMajorStrides([2, 3, 4, 5]));
        // [1, 2, 1, 3]: the channels of a pixel are adjacent.
        int[] storage = new int[6];
        StorageLayout.ToStorage([1, 2, 1, 3], [10, 11, 12, 20, 21, 22], storage);
        Assert.Equal([10, 20, 11, 21, 12, 22], storage);
    }

    [Fact]
    public void Other_ranks_are_row_major()
    {
        Assert.Equal([12, 4, 1], StorageLayout.Strides([2, 3, 4]));
        Assert.Equal([], StorageLayout.Strides([]));
    }

    [RepeatableProperty(MaxTest = 200)]
    public Property Elements_are_stored_at_the_offsets_given_by_the_strides() => Prop.ForAll(Arb.From(Shapes.Any, Shapes.Shrink), shape =>
    {
        int[] logical = [.. Enumerable.Range(0, shape.ElementCount)], storage = new int[logical.Length], back = new int[logical.Length];
        StorageLayout.ToStorage(shape, logical, storage);
        StorageLayout.ToLogical(shape, storage, back);
        Assert.Equal(logical, back);
        int[] strides = StorageLayout.Strides(shape);
        int element = 0;
        foreach (int[] index in Indices.Of(shape)) Assert.Equal(element++, storage[index.Select((i, axis) => i * strides[axis]).Sum()]);
        if (StorageLayout.IsRowMajor(shape)) Assert.Equal(logical, storage);
    });

    [RepeatableProperty(MaxTest = 100)]
    public Property Storage_order_has_descending_strides() => Prop.ForAll(Arb.From(Shapes.Any, Shapes.Shrink), shape =>
    {
        int[] strides = StorageLayout.Strides(shape);
        int[] inOrder = [.. StorageLayout.StorageOrder(shape.Rank).ToArray().Select(axis => strides[axis])];
        Assert.Equal(inOrder.OrderDescending(), inOrder);
    });
}
