using System.Numerics;
using DeepSharp.Tensors.Tests.Elementwise;
using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests.Reductions;

public class SumTests
{
    // Lengths around the runs and blocks of the kernel, narrow and wide rows, and axes that are not adjacent.
    private static readonly (Shape Shape, int[] Axes)[] LargeCases =
    [
        ([100_003], [0]), ([3, 70_001], [1]), ([70_001, 3], [0]), ([515, 130], [0]), ([700, 300], [0]), ([5000, 1], [0]),
        ([2, 600, 17], [1]), ([300, 2, 70], [1]), ([2, 130, 17, 19], [0, 2, 3]), ([2, 130, 17, 19], [1]), ([3, 3, 31, 33], [0, 1, 2, 3]),
        ([4, 17, 9, 65], [0, 1]), ([4, 17, 9, 65], [2]), ([2, 70, 9, 65], [1, 2]),
    ];

    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Equals_the_reference_at_every_width(VectorWidth width)
    {
        var context = TestContexts.Of(width);
        Prop.ForAll(Shapes.WithAxes.ToArbitrary(), sample =>
        {
            Check<float>(sample.Shape, sample.Axes, context);
            Check<double>(sample.Shape, sample.Axes, context);
        }).Check(PropertyConfig.Of(100));
        foreach (var (shape, axes) in LargeCases) Check<float>(shape, axes, context);
    }

    [Fact]
    public void Gives_the_same_bits_on_any_number_of_workers()
    {
        foreach (var (shape, axes) in LargeCases)
        {
            float[][] results = [.. new[] { 1, 2, 5 }.Select(workers =>
            {
                using var context = new ComputeContext(new ComputeOptions { Workers = workers });
                using var x = Tensor<float>.RandomNormal(shape, new RandomStream(1, "x"), context: context);
                using var y = context.Kernels.Sum(x, AxisSet.Of(shape, axes), keepDims: true);
                return y.ToArray();
            })];
            Assert.Equal(results[0], results[1]);
            Assert.Equal(results[0], results[2]);
        }
    }

    private static void Check<T>(Shape shape, int[] axes, ComputeContext context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var x = Tensor<T>.RandomNormal(shape, new RandomStream(shape.ElementCount, "x"), mean: 1, context: context);
        var set = AxisSet.Of(shape, axes);
        using var sum = context.Kernels.Sum(x, set, keepDims: true);
        using var mean = context.Kernels.Mean(x, set, keepDims: false);
        Assert.Equal(new Shape([.. shape.Select((length, axis) => set.Contains(axis) ? 1 : length)]), sum.Shape);
        Assert.Equal(new Shape([.. shape.Where((_, axis) => !set.Contains(axis))]), mean.Shape);

        var (expected, terms) = BroadcastReference.SumTo(x, sum.Shape, value => value);
        var (absolute, _) = BroadcastReference.SumTo(x, sum.Shape, Math.Abs);
        // In float, at most SumRun terms are added in T, and the sums of these in double. The reference adds in double.
        int inT = typeof(T) == typeof(float) ? Math.Min(terms, Tuning.SumRun) : terms;
        T[] sums = sum.ToArray(), means = mean.ToArray();
        for (int i = 0; i < sums.Length; i++)
        {
            Assert.Equal(expected[i], double.CreateTruncating(sums[i]), Tolerance.Sum<T>(inT, absolute[i]));
            Assert.Equal(expected[i] / terms, double.CreateTruncating(means[i]), Tolerance.Sum<T>(inT, absolute[i]) / terms);
        }
    }
}
