namespace DeepSharp.Tensors.Tests.Gemm;

public class LinearTests
{
    public static TheoryData<VectorWidth, int, int, int> Shapes
    {
        get
        {
            var data = new TheoryData<VectorWidth, int, int, int>();
            foreach (var width in Enum.GetValues<VectorWidth>())
            {
                // Dot products (up to 16 rows), one block, several blocks of rows and columns, and several blocks of the depth.
                ReadOnlySpan<(int, int, int)> sizes = [(1, 7, 100), (16, 65, 49), (17, 40, 33), (200, 13, 290), (61, 1600, 70)];
                foreach (var (rows, inputs, outputs) in sizes) data.Add(width, rows, inputs, outputs);
            }

            return data;
        }
    }

    // Compares with Gemm, which has its own tests. Linear must add the bias exactly once, after the last block of the depth.
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Equals_the_product_plus_the_bias(VectorWidth width, int rows, int inputs, int outputs)
    {
        using var context = new ComputeContext(new ComputeOptions { Workers = 2, VectorWidth = width, FillWithNaN = true });
        using var x = Tensor<float>.RandomNormal([rows, inputs], new RandomStream(1, "x"), context: context);
        using var weight = Tensor<float>.RandomNormal([outputs, inputs], new RandomStream(1, "w"), context: context);
        using var bias = Tensor<float>.RandomNormal([outputs], new RandomStream(1, "b"), context: context);
        using var product = new Tensor<float>([rows, outputs], context);
        context.Kernels.Gemm(1, x, false, weight, true, 0, product);
        using var y = context.Kernels.Linear(x, weight, bias);
        using var plain = context.Kernels.Linear(x, weight, null);
        Assert.Equal(product.ToArray(), plain.ToArray());
        float[] shift = bias.ToArray();
        Assert.Equal(product.ToArray().Select((sum, i) => sum + shift[i % outputs]), y.ToArray());
    }

    [Fact]
    public void Maps_of_one_pixel_are_treated_as_rows()
    {
        var context = TestContexts.Default;
        using var x = Tensor<double>.RandomNormal([5, 19, 1, 1], new RandomStream(1, "x"), context: context);
        using var matrix = Tensor<double>.FromArray(x.ToArray(), [5, 19], context);
        using var weight = Tensor<double>.RandomNormal([3, 19], new RandomStream(1, "w"), context: context);
        using var expected = context.Kernels.Linear(matrix, weight, null);
        using var y = context.Kernels.Linear(x, weight, null);
        Assert.Equal(expected.Shape, y.Shape);
        Assert.Equal(expected.ToArray(), y.ToArray());
    }

    [Theory]
    [InlineData(19, 1, 2)]
    [InlineData(19, 2, 1)]
    public void Larger_maps_are_rejected(int channels, int height, int width)
    {
        using var x = Tensor<float>.Zeros([5, channels, height, width], TestContexts.Default);
        using var weight = Tensor<float>.Zeros([3, channels], TestContexts.Default);
        var error = Assert.Throws<ShapeException>(() => x.Context.Kernels.Linear(x, weight, null));
        Assert.Contains($"input {x.Shape} and weight {weight.Shape}", error.Message, StringComparison.Ordinal);
    }
}
