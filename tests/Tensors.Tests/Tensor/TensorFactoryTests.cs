namespace DeepSharp.Tensors.Tests;

public class TensorFactoryTests
{
    private static readonly ComputeContext Context = TestContexts.Default;

    [Fact]
    public void The_element_type_is_inferred_from_elements_and_values()
    {
        float[] elements = [1, 2, 3, 4];
        using var x = Tensor.From(elements, [2, 2], Context);
        using var y = Tensor.From(elements.AsSpan(0, 2), [2], Context);
        using var z = Tensor.From([1.5, 2.5], [2], Context);
        using var full = Tensor.Full([2], 3.0, Context);
        using var scalar = Tensor.Scalar(4f, Context);
        Assert.Equal(elements, x.ToArray());
        Assert.Equal([1, 2], y.ToArray());
        Assert.Equal([1.5, 2.5], z.ToArray());
        Assert.Equal([3.0, 3.0], full.ToArray());
        Assert.Equal(4f, scalar.ToScalar());
        Assert.Same(Context, scalar.Context);
    }

    [Fact]
    public void The_factories_equal_those_of_the_generic_type()
    {
        var stream = new RandomStream(1, "factory");
        using var normal = Tensor.RandomNormal<double>([2, 3], stream, 1, 2, Context);
        using var uniform = Tensor.RandomUniform<double>([2, 3], stream, -1, 1, Context);
        using var sameNormal = Tensor<double>.RandomNormal([2, 3], stream, 1, 2, Context);
        using var sameUniform = Tensor<double>.RandomUniform([2, 3], stream, -1, 1, Context);
        using var zeros = Tensor.Zeros<double>([2], Context);
        using var ones = Tensor.Ones<double>([2], Context);
        Assert.Equal(sameNormal.ToArray(), normal.ToArray());
        Assert.Equal(sameUniform.ToArray(), uniform.ToArray());
        Assert.Equal([0, 0], zeros.ToArray());
        Assert.Equal([1, 1], ones.ToArray());
    }
}
