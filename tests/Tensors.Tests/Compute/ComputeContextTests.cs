namespace DeepSharp.Tensors.Tests.Compute;

public class ComputeContextTests
{
    [Fact]
    public void ToString_shows_workers_vector_width_pool_and_algorithm()
    {
        using var context = new ComputeContext(
            new ComputeOptions { Workers = 3, VectorWidth = VectorWidth.Bits128, ConvolutionAlgorithm = "im2col" });
        Assert.Equal("3 workers, vectors of 128 bits, 0 MB pooled, convolutions: im2col", context.ToString());
        using var chosen = new ComputeContext(new ComputeOptions { Workers = 1, VectorWidth = VectorWidth.Scalar });
        Tensor<float>.Zeros([1 << 20], chosen).Dispose();
        Assert.StartsWith("1 workers, vectors of 0 bits, 4.", chosen.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(" MB pooled, convolutions: automatic", chosen.ToString(), StringComparison.Ordinal);
    }
}
