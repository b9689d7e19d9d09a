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
        CheckAllFunctions<float>(width);
        CheckAllFunctions<double>(width);
    }

    // Each function rounds once, so its result must equal the reference exactly.
    private static void CheckAllFunctions<T>(VectorWidth width)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var half = T.CreateChecked(0.5);
        var cases = from shapes in Shapes.BroadcastableOf(Shapes.Wide) from seed in Gen.Choose(1, 1000) select (shapes, seed);
        Prop.ForAll(Arb.From(cases, c => Shapes.Shrink(c.shapes).Select(s => (s, c.seed))), c =>
        {
            // Small integers, so that ties occur.
            using var x = IntegerTensor<T>(c.shapes.Left, c.seed, "x", width);
            using var y = IntegerTensor<T>(c.shapes.Right, c.seed, "y", width);
            // Each function, with its reference and its derivatives with respect to x and y.
            Equal(BinaryFunction.Add, x, y, (a, b) => a + b, (_, _) => T.One, (_, _) => T.One);
            Equal(BinaryFunction.Subtract, x, y, (a, b) => a - b, (_, _) => T.One, (_, _) => -T.One);
            Equal(BinaryFunction.Multiply, x, y, (a, b) => a * b, (_, b) => b, (a, _) => a);
            Equal(BinaryFunction.Maximum, x, y, T.Max, Greater, (a, b) => Greater(b, a));
            Equal(BinaryFunction.Minimum, x, y, T.Min, (a, b) => Greater(b, a), Greater);
            Equal(BinaryFunction.Divide, x, y, (a, b) => a / b);
        }).Check(PropertyConfig.Of(30));

        T Greater(T a, T b) => a > b ? T.One : a < b ? T.Zero : half;
    }

    private static void Equal<T>(
        BinaryFunction function, Tensor<T> x, Tensor<T> y, Func<T, T, T> reference, params Func<T, T, T>[] derivatives)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var z = x.Context.Kernels.Binary(function, x, y);
        Assert.Equal(BroadcastReference.Binary(x, y, reference), z.ToArray());
        T three = T.CreateChecked(3);
        using var dz = Tensor<T>.Full(z.Shape, three, x.Context);
        for (int operand = 0; operand < derivatives.Length; operand++)
        {
            // Tensors that the gradient does not read are null.
            var reads = function.Reads(operand);
            using var gradient = x.Context.Kernels.BinaryBackward(
                function,
                operand,
                reads.HasFlag(BackwardReads.Input) ? x : null,
                reads.HasFlag(BackwardReads.Right) ? y : null,
                reads.HasFlag(BackwardReads.Output) ? z : null,
                dz);
            Assert.Equal(BroadcastReference.Binary(x, y, (a, b) => three * derivatives[operand](a, b)), gradient.ToArray());
        }
    }

    private static Tensor<T> IntegerTensor<T>(Shape shape, int seed, string name, VectorWidth width)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var stream = new RandomStream(seed, name);
        T[] elements = [.. Enumerable.Range(0, shape.ElementCount).Select(i => T.CreateChecked(stream.Below(9, i) - 4))];
        return Tensor<T>.FromArray(elements, shape, TestContexts.Of(width));
    }

    [Theory]
    [MemberData(nameof(LargeShapes))]
    public void Equals_the_reference_across_blocks(int[] left, int[] right)
    {
        using var x = IntegerTensor<float>(new(left), 1, "x", TestContexts.Default.VectorWidth);
        using var y = IntegerTensor<float>(new(right), 1, "y", TestContexts.Default.VectorWidth);
        Equal(BinaryFunction.Subtract, x, y, (a, b) => a - b);
        Equal(BinaryFunction.Multiply, x, y, (a, b) => a * b, (_, b) => b, (a, _) => a);
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
    public void Maximum_and_minimum_propagate_NaN_from_either_operand()
    {
        using var x = Tensor<float>.FromArray([float.NaN, 1], [2], TestContexts.Default);
        using var y = Tensor<float>.FromArray([1, float.NaN], [2], TestContexts.Default);
        using var maximum = x.Maximum(y);
        using var minimum = x.Minimum(y);
        Assert.Equal([float.NaN, float.NaN], maximum.ToArray());
        Assert.Equal([float.NaN, float.NaN], minimum.ToArray());
    }

    [Fact]
    public void Errors_name_shapes_that_do_not_broadcast()
    {
        using var x = Tensor<float>.Zeros([2, 3], TestContexts.Default);
        using var y = Tensor<float>.Zeros([2, 4], TestContexts.Default);
        var error = Assert.Throws<ShapeException>(() => x + y);
        Assert.Equal("Add: [2, 3] and [2, 4] do not broadcast: lengths 3 and 4 of axis -1 must be equal or 1.", error.Message);
    }

    [Fact]
    public void Missing_or_mismatched_arguments_of_a_gradient_are_errors()
    {
        var kernels = TestContexts.Default.Kernels;
        using var x = Tensor<float>.Zeros([2, 3], TestContexts.Default);
        using var dz = Tensor<float>.Zeros([3], TestContexts.Default);
        Assert.Throws<ArgumentNullException>("y", () => kernels.BinaryBackward(BinaryFunction.Divide, 0, x, null, x, dz));
        Assert.Throws<ArgumentOutOfRangeException>("operand", () => kernels.BinaryBackward(BinaryFunction.Divide, 2, x, x, x, dz));
        Assert.Contains(
            "[2, 3] and the output [3] do not fit the upstream gradient [3]",
            Assert.Throws<ShapeException>(() => kernels.BinaryBackward(BinaryFunction.Divide, 0, null, x, null, dz)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.Binary((BinaryFunction)99, x, x));
    }

    [Fact]
    public void Operands_of_two_contexts_are_an_error()
    {
        using var other = new ComputeContext();
        using var x = Tensor<float>.Zeros([2], TestContexts.Default);
        using var y = Tensor<float>.Zeros([2], other);
        Assert.Contains("two compute contexts", Assert.Throws<InvalidOperationException>(() => x + y).Message, StringComparison.Ordinal);
    }
}
