using System.Numerics;
using DeepSharp.Tensors.Tests.Elementwise;
using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests.Reductions;

public class SumToTests
{
    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Equals_the_reference_on_shapes_that_broadcast(VectorWidth width)
    {
        var cases = from shape in Shapes.Wide
                    from smaller in Shapes.Stretchable(shape)
                    from seed in Gen.Choose(1, 1000)
                    select (shape, smaller, seed);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            Equal<float>(c.shape, c.smaller, c.seed, TestContexts.Of(width));
            Equal<double>(c.shape, c.smaller, c.seed, TestContexts.Of(width));
        }).Check(PropertyConfig.Of(50));
    }

    [Theory]
    [MemberData(nameof(LargeShapes))]
    public void Equals_the_reference_across_blocks(int[] shape, int[] smaller) =>
        Equal<float>(new(shape), new(smaller), 1, TestContexts.Default);

    [Theory]
    [MemberData(nameof(LargeShapes))]
    public void Gives_the_same_bits_on_any_number_of_workers(int[] shape, int[] smaller)
    {
        float[][] results = [.. new[] { 1, 2, 5 }.Select(workers =>
        {
            using var context = new ComputeContext(new ComputeOptions { Workers = workers, FillWithNaN = true });
            using var x = Tensor<float>.RandomNormal(new(shape), new RandomStream(1, "x"), context: context);
            using var sum = context.Kernels.SumTo(x, new(smaller));
            return sum.ToArray();
        })];
        Assert.True(results[0].AsSpan().SequenceEqual(results[1]));
        Assert.True(results[0].AsSpan().SequenceEqual(results[2]));
    }

    public static TheoryData<int[], int[]> LargeShapes => new()
    {
        { [300_007], [] },
        { [300_007], [1] },
        { [2, 150_001], [2, 1] },
        { [2, 150_001], [150_001] },
        { [8, 17, 41, 39], [1, 17, 1, 1] },
        { [8, 17, 41, 39], [8, 17, 1, 1] },
        { [8, 17, 41, 39], [17, 41, 39] },
        { [8, 17, 41, 39], [1, 1, 41, 1] },
    };

    [Fact]
    public void A_larger_shape_is_an_error()
    {
        using var x = Tensor<float>.Zeros([2, 1], TestContexts.Default);
        Assert.Equal(
            "SumTo: [2, 1] cannot be summed to [2, 3], which is larger.",
            Assert.Throws<ShapeException>(() => x.Context.Kernels.SumTo(x, [2, 3])).Message);
    }

    private static void Equal<T>(Shape shape, Shape smaller, int seed, ComputeContext context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var x = Tensor<T>.RandomNormal(shape, new RandomStream(seed, "x"), context: context);
        using var sum = context.Kernels.SumTo(x, smaller);
        var (expected, terms) = BroadcastReference.SumTo(x, smaller, value => value);
        var (absolute, _) = BroadcastReference.SumTo(x, smaller, Math.Abs);
        T[] actual = sum.ToArray();
        for (int i = 0; i < actual.Length; i++)
        {
            double distance = Math.Abs(expected[i] - double.CreateChecked(actual[i]));
            if (!(distance <= Tolerance.Sum<T>(terms, absolute[i])))
                Assert.Fail($"Sum {i} of {shape} to {smaller} is {expected[i]}, found {actual[i]}.");
        }
    }
}
