using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests.Reductions;

public class VarianceTests
{
    private static readonly (Shape Shape, int[] Axes)[] LargeCases =
    [
        ([100_003], [0]), ([3, 40_001], [1]), ([2000, 3], [0]), ([2, 17, 33, 31], [0, 2, 3]), ([2, 17, 33, 31], [1, 2]),
    ];

    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Equals_the_reference_at_every_width(VectorWidth width)
    {
        Prop.ForAll(Shapes.WithAxes.ToArbitrary(), sample =>
        {
            Check<float>(sample.Shape, sample.Axes, 1, width);
            Check<double>(sample.Shape, sample.Axes, 1, width);
        }).Check(PropertyConfig.Of(100));
        foreach (var (shape, axes) in LargeCases) Check<float>(shape, axes, 1, width);
    }

    [Fact]
    public void A_mean_far_from_zero_costs_no_accuracy() => Check<float>([100, 1000], [0], 1000, TestContexts.Default.VectorWidth);

    [Fact]
    public void The_variance_of_one_element_is_NaN_if_unbiased_and_zero_otherwise()
    {
        using var x = Tensor<float>.Full([2, 1], 3, TestContexts.Default);
        using var unbiased = x.Context.Kernels.Variance(x, AxisSet.Of(x.Shape, [1]), unbiased: true, keepDims: false);
        using var biased = x.Context.Kernels.Variance(x, AxisSet.Of(x.Shape, [1]), unbiased: false, keepDims: false);
        Assert.All(unbiased.ToArray(), v => Assert.True(float.IsNaN(v)));
        Assert.Equal([0, 0], biased.ToArray());
    }

    private static void Check<T>(Shape shape, int[] axes, double mean, VectorWidth width)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var context = TestContexts.Of(width);
        using var x = Tensor<T>.RandomNormal(shape, new RandomStream(shape.ElementCount, "x"), mean, context: context);
        var set = AxisSet.Of(shape, axes);
        using var biased = context.Kernels.Variance(x, set, unbiased: false, keepDims: false);
        using var kept = context.Kernels.Variance(x, set, unbiased: true, keepDims: true);
        Assert.Equal(set.Reduce(shape, keepDims: false), biased.Shape);
        Assert.Equal(set.Reduce(shape, keepDims: true), kept.Shape);

        int[] strides = StorageLayout.RowMajorStrides(kept.Shape);
        T[] elements = x.ToArray(), found = biased.ToArray(), unbiased = kept.ToArray();
        var groups = Enumerable.Range(0, elements.Length)
            .GroupBy(
                i => Indices.At(shape, i).Select((index, axis) => set.Contains(axis) ? 0 : index * strides[axis]).Sum(),
                i => double.CreateTruncating(elements[i]));
        foreach (var group in groups)
        {
            double[] values = [.. group];
            double average = values.Average(), squares = values.Sum(v => (v - average) * (v - average));
            // In float, a sum in T has at most SumRun terms. Rounding the mean shifts all deviations and adds the square of the shift.
            int terms = typeof(T) == typeof(float) ? Math.Min(values.Length, Tuning.SumRun) : values.Length;
            double shift = Tolerance.Epsilon<T>() * Math.Abs(average) * terms;
            double tolerance = Tolerance.Sum<T>(terms, squares)
                + (values.Length * shift * shift)
                + (4 * Tolerance.Epsilon<T>() * Math.Abs(average) * Math.Sqrt(values.Length * squares));
            Assert.Equal(squares / values.Length, double.CreateTruncating(found[group.Key]), tolerance / values.Length);
            if (values.Length > 1)
                Assert.Equal(squares / (values.Length - 1), double.CreateTruncating(unbiased[group.Key]), tolerance / (values.Length - 1));
        }
    }
}
