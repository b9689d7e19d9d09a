using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests.Elementwise;

public class BinaryTests
{
    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Equals_the_reference_on_shapes_that_broadcast(VectorWidth width)
    {
        Holds<float>(width);
        Holds<double>(width);
    }

    // A single operation is rounded once, so it must be exact.
    private static void Holds<T>(VectorWidth width)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var kernels = TestContexts.Of(width).Kernels;
        var half = T.CreateChecked(0.5);
        var cases = from shapes in Shapes.BroadcastableOf(Shapes.Wide) from seed in Gen.Choose(1, 1000) select (shapes, seed);
        Prop.ForAll(Arb.From(cases, c => Shapes.Shrink(c.shapes).Select(s => (s, c.seed))), c =>
        {
            // Whole numbers, so that there are ties.
            using var x = Whole<T>(c.shapes.Left, c.seed, "x", width);
            using var y = Whole<T>(c.shapes.Right, c.seed, "y", width);
            Equal(x, y, kernels.Add, (a, b) => a + b);
            Equal(x, y, kernels.Subtract, (a, b) => a - b);
            Equal(x, y, kernels.Multiply, (a, b) => a * b);
            Equal(x, y, kernels.Divide, (a, b) => a / b);
            Equal(x, y, kernels.Maximum, T.Max);
            Equal(x, y, kernels.Minimum, T.Min);
            Equal(x, y, kernels.Greater, (a, b) => a > b ? T.One : a < b ? T.Zero : half);
        }).Check(PropertyConfig.Of(30));
    }

    private static void Equal<T>(Tensor<T> x, Tensor<T> y, Func<Tensor<T>, Tensor<T>, Tensor<T>> kernel, Func<T, T, T> reference)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var result = kernel(x, y);
        Assert.Equal(BroadcastReference.Binary(x, y, reference), result.ToArray());
    }

    private static Tensor<T> Whole<T>(Shape shape, int seed, string name, VectorWidth width)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var stream = new RandomStream(seed, name);
        return Tensor<T>.FromArray([.. Enumerable.Range(0, shape.ElementCount).Select(i => T.CreateChecked(stream.Below(9, i) - 4))], shape, TestContexts.Of(width));
    }

    [Theory]
    [MemberData(nameof(LargeShapes))]
    public void Equals_the_reference_across_blocks(int[] left, int[] right)
    {
        using var x = Whole<float>(new(left), 1, "x", TestContexts.Default.VectorWidth);
        using var y = Whole<float>(new(right), 1, "y", TestContexts.Default.VectorWidth);
        Equal(x, y, x.Context.Kernels.Subtract, (a, b) => a - b);
    }

    public static TheoryData<int[], int[]> LargeShapes => new()
    {
        { [100_003], [100_003] },
        { [100_003], [] },
        { [2, 50_001], [2, 1] },
        { [4, 17, 41, 39], [1, 17, 1, 1] },
        { [4, 17, 41, 39], [4, 17, 1, 1] },
        { [4, 17, 41, 39], [17, 41, 39] },
        { [4, 1, 41, 39], [1, 17, 41, 1] },
    };

    [Fact]
    public void Maximum_and_minimum_keep_NaN_of_either_operand()
    {
        using var x = Tensor<float>.FromArray([float.NaN, 1], [2], TestContexts.Default);
        using var y = Tensor<float>.FromArray([1, float.NaN], [2], TestContexts.Default);
        using var maximum = x.Context.Kernels.Maximum(x, y);
        using var minimum = x.Context.Kernels.Minimum(x, y);
        Assert.Equal([float.NaN, float.NaN], maximum.ToArray());
        Assert.Equal([float.NaN, float.NaN], minimum.ToArray());
    }

    [Fact]
    public void Shapes_that_do_not_broadcast_are_named()
    {
        using var x = Tensor<float>.Zeros([2, 3], TestContexts.Default);
        using var y = Tensor<float>.Zeros([2, 4], TestContexts.Default);
        var error = Assert.Throws<ShapeException>(() => x.Context.Kernels.Add(x, y));
        Assert.Equal("Add: [2, 3] and [2, 4] do not broadcast, axis -1 is 3 and 4; lengths must be equal or 1.", error.Message);
    }

    [Fact]
    public void Contexts_do_not_mix()
    {
        using var other = new ComputeContext();
        using var x = Tensor<float>.Zeros([2], TestContexts.Default);
        using var y = Tensor<float>.Zeros([2], other);
        Assert.Contains("two compute contexts", Assert.Throws<InvalidOperationException>(() => x.Context.Kernels.Add(x, y)).Message, StringComparison.Ordinal);
    }
}
