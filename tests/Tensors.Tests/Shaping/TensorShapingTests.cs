namespace DeepSharp.Tensors.Tests.Shaping;

/// <summary>The methods of tensors that reshape, slice, join, reduce and multiply.</summary>
public class TensorShapingTests
{
    private static readonly ComputeContext Context = TestContexts.Default;

    [Fact]
    public void Ranges_select_a_box_and_axes_without_a_range_stay_whole()
    {
        using var x = Counting([3, 4, 5]);
        Is(x.Slice([1, 0, 0], [2, 4, 4]), x.Slice(1..3, .., ..^1));
        Is(x.Slice([2, 1, 0], [1, 3, 5]), x.Slice(^1.., 1..));
        Is(x.Slice([0, 0, 0], [3, 4, 5]), x.Slice());
        Is(x.Slice([0, 2, 0], [3, 2, 5]), x.Slice(axis: 1, start: 2, length: 2));
    }

    [Fact]
    public void Invalid_ranges_are_an_error()
    {
        using var x = Counting([3, 4]);
        Fails("Slice: [3, 4] takes at most 2 ranges, found 3.", () => x.Slice(.., .., ..));
        Fails("Slice: the range 2..2 of axis 0 is empty or not inside [3, 4].", () => x.Slice(2..2));
        Fails("Slice: the range 0..5 of axis 1 is empty or not inside [3, 4].", () => x.Slice(.., 0..5));
        Fails("Slice: the range ^5..^0 of axis 1 is empty or not inside [3, 4].", () => x.Slice(.., ^5..));

        static void Fails(string message, Func<Tensor<float>> slice) => Assert.Equal(message, Assert.Throws<ShapeException>(slice).Message);
    }

    [Fact]
    public void Flatten_reshape_and_permute_keep_the_elements()
    {
        using var x = Counting([2, 3, 1, 2]);
        using var flat = x.Flatten();
        using var matrix = x.Reshape([3, 4]);
        using var transposed = matrix.Transpose();
        using var permuted = matrix.Permute(-1, 0);
        Assert.Equal([2, 6], flat.Shape);
        Assert.Equal(x.ToArray(), flat.ToArray());
        Assert.Equal([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], transposed.ToArray());
        Assert.Equal(transposed.ToArray(), permuted.ToArray());
        Assert.Equal([4, 3], permuted.Shape);
    }

    [Fact]
    public void Tensors_are_joined_and_padded()
    {
        using var a = Counting([1, 2]);
        using var b = Counting([2, 2]);
        using var joined = a.Concat(0, b, a);
        using var padded = a.Pad([1, 0], [0, 2], 9);
        Assert.Equal([4, 2], joined.Shape);
        Assert.Equal([0, 1, 0, 1, 2, 3, 0, 1], joined.ToArray());
        Assert.Equal([2, 4], padded.Shape);
        Assert.Equal([9, 9, 9, 9, 0, 1, 9, 9], padded.ToArray());
        using var other = new ComputeContext();
        using var elsewhere = Tensor.Zeros<float>([1, 2], other);
        Assert.StartsWith(
            "Concat: the tensors belong to two compute contexts",
            Assert.Throws<InvalidOperationException>(() => a.Concat(0, elsewhere)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Reductions_and_products_return_the_expected_tensors()
    {
        using var x = Counting([2, 3]);
        Is(Tensor.Scalar(15f, Context), x.Sum());
        Is(Tensor.From([3f, 12f], [2, 1], Context), x.Sum([1], keepDims: true));
        Is(Tensor.From([1f, 4f], [2], Context), x.Mean([1]));
        Is(Tensor.From([1f, 1f], [2], Context), x.Variance([-1]));
        Is(Tensor.From([3f, 4f, 5f], [3], Context), x.Max([0]));
        Is(Tensor.From([5f, 14f, 14f, 50f], [2, 2], Context), x.MatMul(x.Transpose()));
        Assert.Equal([2, 2], x.ArgMax());
        using var same = Tensor.Ones<float>([2, 4], Context);
        Is(Tensor.Full([2, 4], 0.25f, Context), same.Softmax());
        Is(Tensor.Full([2, 4], -MathF.Log(4), Context), same.LogSoftmax());
    }

    private static Tensor<float> Counting(Shape shape) =>
        Tensor.From([.. Enumerable.Range(0, shape.ElementCount).Select(i => (float)i)], shape, Context);

    private static void Is(Tensor<float> expected, Tensor<float> actual)
    {
        using (expected)
        using (actual)
        {
            Assert.Equal(expected.Shape, actual.Shape);
            Assert.Equal(expected.ToArray(), actual.ToArray());
        }
    }
}
