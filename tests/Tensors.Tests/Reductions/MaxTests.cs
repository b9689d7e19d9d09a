using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests.Reductions;

public class MaxTests
{
    private static readonly ComputeContext Context = TestContexts.Default;

    [Fact]
    public void Only_the_first_of_equal_maxima_gets_the_gradient()
    {
        Prop.ForAll(Shapes.WithAxes.ToArbitrary(), sample => Check(sample.Shape, sample.Axes)).Check(PropertyConfig.Of(200));
        Check([2, 17, 33, 31], [1, 3]);
        Check([50_001, 2], [0]);
    }

    [RepeatableProperty(MaxTest = 200)]
    public Property ArgMax_returns_the_first_index_in_logical_order()
    {
        var cases = from shape in Shapes.Any from axis in Gen.Choose(-shape.Rank, shape.Rank - 1) select (shape, axis);
        return Prop.ForAll(cases.ToArbitrary(), sample =>
        {
            using var x = FewValues(sample.shape);
            int axis = sample.shape.Axis(sample.axis);
            var others = Indices.Of(sample.shape.With(axis, 1));
            var expected = others.Select(index =>
                Enumerable.Range(0, sample.shape[axis]).MaxBy(i => x[[.. index.Select((at, a) => a == axis ? i : at)]]));
            Assert.Equal(expected, x.ArgMax(sample.axis));
        });
    }

    [Fact]
    public void NaN_is_the_maximum_and_both_zeros_are_equal()
    {
        using var x = Tensor<float>.FromArray([1, float.NaN, 3, float.NaN, -0f, 0, -1, -2], [2, 4], Context);
        Assert.Equal([1, 0], x.ArgMax());
        using var max = Context.Kernels.Max(x, AxisSet.Of(x.Shape, [1]), keepDims: false, out var positions);
        positions.Dispose();
        Assert.Equal([float.NaN, 0], max.ToArray());
    }

    private static void Check(Shape shape, int[] axes)
    {
        using var x = FewValues(shape);
        var set = AxisSet.Of(shape, axes);
        using var max = Context.Kernels.Max(x, set, keepDims: true, out var positions);
        using var dy = Tensor<float>.RandomUniform(set.Reduce(shape, keepDims: false), new RandomStream(1, "dy"), 1, 2, Context);
        using var dx = Context.Kernels.MaxBackward(dy, positions.Memory, set, shape);
        positions.Dispose();

        int[] strides = StorageLayout.RowMajorStrides(max.Shape);
        float[] elements = x.ToArray(), upstream = dy.ToArray();
        float[] expected = new float[max.ElementCount], gradient = new float[elements.Length];
        foreach (var group in Enumerable.Range(0, elements.Length)
            .GroupBy(i => Indices.At(shape, i).Select((index, axis) => set.Contains(axis) ? 0 : index * strides[axis]).Sum()))
        {
            int first = group.MaxBy(i => elements[i]);
            expected[group.Key] = elements[first];
            gradient[first] = upstream[group.Key];
        }

        Assert.Equal(expected, max.ToArray());
        Assert.Equal(gradient, dx.ToArray());
    }

    // So few different values that most maxima occur more than once.
    private static Tensor<float> FewValues(Shape shape)
    {
        var stream = new RandomStream(shape.ElementCount, "few");
        float[] elements = [.. Enumerable.Range(0, shape.ElementCount).Select(i => (float)stream.Below(3, i) - 1)];
        return Tensor<float>.FromArray(elements, shape, Context);
    }
}
