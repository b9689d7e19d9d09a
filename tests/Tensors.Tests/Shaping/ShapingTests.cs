using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests.Shaping;

/// <summary>Reshape, permute, slice and expand move each element to its index, for any storage order of source and target.</summary>
public class ShapingTests
{
    private static readonly ComputeContext Context = TestContexts.Default;

    // Large enough for tiles and for several blocks. Each axis has length 1 in at least one shape.
    private static readonly Shape[] LargeShapes =
    [
        [70_001], [130, 71], [33, 1, 65], [2, 33, 5, 40], [2, 1, 37, 31], [3, 130, 1, 1], [1, 17, 1, 33], [1, 3, 150, 160],
    ];

    [Fact]
    public void Permute_moves_every_element()
    {
        Check(shape => from axes in Gen.Shuffle(Enumerable.Range(0, shape.Rank)) select axes, (x, axes) =>
        {
            var y = Context.Kernels.Permute(x, axes);
            return (y, index => x[[.. Enumerable.Range(0, index.Length).Select(axis => index[Array.IndexOf(axes, axis)])]]);
        });
    }

    [Fact]
    public void Reshape_keeps_the_logical_order()
    {
        Check(Reshaped, (x, shape) =>
        {
            float[] elements = x.ToArray();
            int[] strides = StorageLayout.RowMajorStrides(shape);
            return (Context.Kernels.Reshape(x, shape), index => elements[index.Zip(strides, (i, stride) => i * stride).Sum()]);
        });
    }

    [Fact]
    public void Slice_copies_a_box_and_SetSlice_writes_it_back()
    {
        Check(Box, (x, box) =>
        {
            var y = Context.Kernels.Slice(x, box.Start, box.Shape);
            using var target = Tensor<float>.Full(x.Shape, -7, Context);
            Context.Kernels.SetSlice(target, box.Start, y);
            foreach (int[] index in Indices.Of(x.Shape))
            {
                bool inside = index.Zip(box.Start, (i, start) => i - start)
                    .Zip(box.Shape, (i, length) => i >= 0 && i < length)
                    .All(within => within);
                if (target[index] == (inside ? x[index] : -7)) continue;
                Assert.Fail(
                    $"SetSlice of {box.Shape} at [{string.Join(", ", box.Start)}] in {x.Shape}: wrong at [{string.Join(", ", index)}].");
            }

            return (y, index => x[[.. index.Zip(box.Start, (i, start) => i + start)]]);
        });
    }

    [Fact]
    public void Expand_repeats_elements()
    {
        Check(
            shape => from factors in Gen.ArrayOf(Gen.Choose(1, 3), shape.Rank)
                     from more in Gen.Choose(0, 4 - shape.Rank)
                     select (factors, more),
            (x, grow) =>
            {
                var lengths = x.Shape.Zip(grow.factors, (length, factor) => length == 1 ? factor : length);
                var y = Context.Kernels.Expand(x, [.. Enumerable.Repeat(2, grow.more), .. lengths]);
                return (y, index => x[[.. index.Skip(grow.more).Zip(x.Shape, (i, length) => length == 1 ? 0 : i)]]);
            });
    }

    [Fact]
    public void Mismatched_shapes_and_axes_are_errors()
    {
        using var x = Tensor<float>.Zeros([2, 3], Context);
        Assert.Contains(
            "[2, 3] has 6 elements, [4, 2] has 8",
            Assert.Throws<ShapeException>(() => Context.Kernels.Reshape(x, [4, 2])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "[2, 3] needs each of its 2 axes once, found [0]",
            Assert.Throws<ArgumentException>(() => Context.Kernels.Permute(x, [0])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "a slice [2, 2] at [0, 2] is out of range for [2, 3]",
            Assert.Throws<ShapeException>(() => Context.Kernels.Slice(x, [0, 2], [2, 2])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "[2, 3] does not broadcast to [1, 3]",
            Assert.Throws<ShapeException>(() => Context.Kernels.Expand(x, [1, 3])).Message,
            StringComparison.Ordinal);
    }

    // Checks 100 generated cases of small shapes and three cases of each large shape.
    private static void Check<TCase>(
        Func<Shape, Gen<TCase>> cases, Func<Tensor<float>, TCase, (Tensor<float> Y, Func<int[], float> Expected)> run)
    {
        static Gen<(Shape, TCase)> With(Shape shape, Func<Shape, Gen<TCase>> cases) => cases(shape).Select(one => (shape, one));
        void CheckOne((Shape Shape, TCase Case) sample)
        {
            float[] elements = [.. Enumerable.Range(0, sample.Shape.ElementCount).Select(i => (float)i)];
            using var x = Tensor<float>.FromArray(elements, sample.Shape, Context);
            var (y, expected) = run(x, sample.Case);
            using var result = y;
            foreach (int[] index in Indices.Of(y.Shape))
            {
                if (y[index] == expected(index)) continue;
                Assert.Fail(
                    $"{sample.Shape}, {sample.Case}: {y[index]} at [{string.Join(", ", index)}], expected {expected(index)}.");
            }
        }

        Prop.ForAll(Shapes.Any.SelectMany(shape => With(shape, cases)).ToArbitrary(), CheckOne).Check(PropertyConfig.Of(100));
        foreach (var shape in LargeShapes) Prop.ForAll(With(shape, cases).ToArbitrary(), CheckOne).Check(PropertyConfig.Of(3));
    }

    // A random shape of rank 1 to 4 with the same number of elements: distributes the prime factors over the axes.
    private static Gen<Shape> Reshaped(Shape shape) =>
        from factors in Gen.Shuffle(PrimeFactors(shape.ElementCount))
        from axes in Gen.ArrayOf(Gen.Choose(0, 3), factors.Length)
        from rank in Gen.Choose(1, 4)
        select new Shape(
            [.. Enumerable.Range(0, rank).Select(axis => factors.Where((_, i) => axes[i] % rank == axis).Aggregate(1, (a, b) => a * b))]);

    private static IEnumerable<int> PrimeFactors(int number)
    {
        for (int prime = 2; number > 1; prime++)
        {
            for (; number % prime == 0; number /= prime) yield return prime;
        }
    }

    private static Gen<(int[] Start, Shape Shape)> Box(Shape shape) =>
        from starts in Gen.ArrayOf(Gen.Choose(0, 999), shape.Rank)
        from lengths in Gen.ArrayOf(Gen.Choose(0, 999), shape.Rank)
        let start = shape.Select((length, axis) => length * starts[axis] / 1000).ToArray()
        select (start, new Shape([.. shape.Select((length, axis) => 1 + ((length - start[axis]) * lengths[axis] / 1000))]));
}
