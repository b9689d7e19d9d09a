namespace DeepSharp.Tensors.Tests;

public class TensorOperatorTests
{
    private static readonly ComputeContext Context = TestContexts.Default;

    [Fact]
    public void Operators_work_element_by_element_and_broadcast()
    {
        using var x = Tensor<float>.FromArray([1, 2, 3, 4], [2, 2], Context);
        using var y = Tensor<float>.FromArray([4, 8], [2], Context);
        Is([5, 10, 7, 12], x + y);
        Is([-3, -6, -1, -4], x - y);
        Is([4, 16, 12, 32], x * y);
        Is([0.25f, 0.25f, 0.75f, 0.5f], x / y);
        Is([-1, -2, -3, -4], -x);
    }

    [Fact]
    public void Scalars_may_be_on_either_side()
    {
        using var x = Tensor<float>.FromArray([1, 2, 4], [3], Context);
        Is([3, 4, 6], x + 2);
        Is([3, 4, 6], 2 + x);
        Is([-1, 0, 2], x - 2);
        Is([1, 0, -2], 2 - x);
        Is([2, 4, 8], x * 2);
        Is([2, 4, 8], 2 * x);
        Is([0.5f, 1, 2], x / 2);
        Is([2, 1, 0.5f], 2 / x);
        Is([2, 2, 4], x.Maximum(2));
        Is([1, 2, 2], x.Minimum(2));
    }

    [Fact]
    public void Functions_apply_to_every_element()
    {
        using var x = Tensor<double>.FromArray([-1, 4], [2], Context);
        Assert.Equal([1, 16], x.Power(2).ToArray());
        Assert.Equal([Math.Exp(-1), Math.Exp(4)], x.Exp().ToArray(), (a, b) => Math.Abs(a - b) <= 4 * Tolerance.Epsilon<double>() * a);
        Assert.Equal([double.NaN, 2], x.Sqrt().ToArray());
        Assert.Equal([1, 4], x.Abs().ToArray());
        Assert.Equal([0, 4], x.Relu().ToArray());
        Assert.Equal([-0.01, 4], x.LeakyRelu().ToArray());
        Assert.Equal([Math.Tanh(-1), Math.Tanh(4)], x.Tanh().ToArray());
    }

    [Fact]
    public void Operands_of_two_contexts_are_an_error()
    {
        using var other = new ComputeContext();
        using var x = Tensor<float>.Ones([2], Context);
        using var y = Tensor<float>.Ones([2], other);
        Assert.Equal(
            "Add: the tensors belong to two compute contexts; create both with the same one.",
            Assert.Throws<InvalidOperationException>(() => x + y).Message);
    }

    private static void Is(float[] expected, Tensor<float> actual)
    {
        using (actual) Assert.Equal(expected, actual.ToArray());
    }
}
