using System.Collections.Immutable;

namespace DeepSharp.Vgg;

/// <summary>An axis of images and maps.</summary>
internal enum Axis
{
    /// <summary>The image of the batch.</summary>
    Image,

    /// <summary>The channel.</summary>
    Channel,

    /// <summary>The row of pixels.</summary>
    Row,

    /// <summary>The column of pixels.</summary>
    Column,
}

/// <summary>
/// The axes of a value in a graph. Each is a group of the axes of images [N, C, H, W]: at first [N], [C], [H], [W]; after a transposition
/// for example [N], [H], [W], [C]; after flattening [N], [CHW].
/// </summary>
/// <remarks>
/// A reshaping keeps the row-major order of the elements, so it only groups the axes in another way. Axes of length 1 do not matter for
/// the order and are left out.
/// </remarks>
internal sealed class AxisGroups
{
    private readonly long[] lengths;
    private readonly ImmutableArray<ImmutableArray<Axis>> groups;

    private AxisGroups(long[] lengths, ImmutableArray<ImmutableArray<Axis>> groups) => (this.lengths, this.groups) = (lengths, groups);

    /// <summary>The lengths of the axes [N, C, H, W].</summary>
    public IReadOnlyList<long> Lengths => lengths;

    /// <summary>The shape of the value.</summary>
    public IReadOnlyList<long> Shape => [.. groups.Select(LengthOf)];

    /// <summary>Whether the axes are [N], [C], [H], [W].</summary>
    public bool AreMaps => Shape.SequenceEqual(lengths) && groups.Index().All(group => group.Item.All(axis => (int)axis == group.Index));

    /// <summary>Whether there are two axes: the images, and all elements of each image.</summary>
    public bool AreRows => groups is [var images, _] && LengthOf(images) == lengths[0] && images.All(axis => axis == Axis.Image);

    /// <summary>The axes of an image, from the slowest to the fastest, without axes of length 1.</summary>
    public IReadOnlyList<Axis> Order => [.. groups.SelectMany(group => group).Where(axis => axis != Axis.Image)];

    /// <summary>Creates the axes [N], [C], [H], [W].</summary>
    public static AxisGroups Maps(params long[] lengths) => Of(lengths, [.. Enum.GetValues<Axis>()]);

    /// <summary>Creates four axes in a given order.</summary>
    /// <param name="lengths">The lengths of the axes [N, C, H, W].</param>
    /// <param name="order">The order.</param>
    public static AxisGroups Of(long[] lengths, ImmutableArray<Axis> order) =>
        new(lengths, [.. order.Select(axis => Single(lengths, axis))]);

    /// <summary>The axes of one row for each image, [N, width].</summary>
    public AxisGroups WithWidth(long width)
    {
        long[] rows = [lengths[0], width, 1, 1];
        return new AxisGroups(rows, [Single(rows, Axis.Image), Single(rows, Axis.Channel)]);
    }

    /// <summary>The axes after a transposition; null if the numbers are not a permutation of the axes.</summary>
    public AxisGroups? Transpose(IReadOnlyList<long> permutation) =>
        permutation.Order().SequenceEqual(Enumerable.Range(0, groups.Length).Select(axis => (long)axis))
            ? new AxisGroups(lengths, [.. permutation.Select(axis => groups[(int)axis])])
            : null;

    /// <summary>The axes after a reshaping; null if an axis would have to be split, or the number of elements differs.</summary>
    public AxisGroups? Reshape(IReadOnlyList<long> shape)
    {
        Axis[] axes = [.. groups.SelectMany(group => group)];
        var reshaped = ImmutableArray.CreateBuilder<ImmutableArray<Axis>>();
        int next = 0;
        foreach (long length in shape)
        {
            int start = next;
            long product = 1;
            while (product < length && next < axes.Length) product *= lengths[(int)axes[next++]];
            if (product != length) return null;
            reshaped.Add([.. axes[start..next]]);
        }

        return next == axes.Length ? new AxisGroups(lengths, reshaped.ToImmutable()) : null;
    }

    /// <summary>The axes after averaging over all pixels; null if the averaged axes are not exactly the rows and columns.</summary>
    /// <param name="averaged">The indices of the averaged axes.</param>
    /// <param name="keepsAxes">Whether the averaged axes remain, with length 1.</param>
    public AxisGroups? Average(IReadOnlyCollection<int> averaged, bool keepsAxes)
    {
        Axis[] axes = [.. averaged.SelectMany(index => groups[index])];
        Axis[] pixels = [.. groups.SelectMany(group => group).Where(axis => axis is Axis.Row or Axis.Column)];
        if (!axes.Order().SequenceEqual(pixels.Order())) return null;
        var rest = groups.Index().Where(group => keepsAxes || !averaged.Contains(group.Index));
        return new AxisGroups(
            [lengths[0], lengths[1], 1, 1], [.. rest.Select(group => averaged.Contains(group.Index) ? [] : group.Item)]);
    }

    /// <summary>The axes [N], [C], [H], [W] of maps of the same images, with other channels, heights and widths.</summary>
    public AxisGroups WithMaps(long channels, long height, long width) => Maps(lengths[0], channels, height, width);

    private static ImmutableArray<Axis> Single(long[] lengths, Axis axis) => lengths[(int)axis] == 1 ? [] : [axis];

    private long LengthOf(ImmutableArray<Axis> group) => group.Aggregate(1L, (product, axis) => product * lengths[(int)axis]);
}
