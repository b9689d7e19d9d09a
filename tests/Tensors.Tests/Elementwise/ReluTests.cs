namespace DeepSharp.Tensors.Tests.Elementwise;

public class ReluTests
{
    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Equals_the_reference_at_every_width_and_length(VectorWidth width)
    {
        for (int length = 1; length < 70; length++)
        {
            using var x = Tensor<float>.RandomNormal([length], new RandomStream(length, "x"), context: TestContexts.Of(width));
            using var y = x.Relu();
            Assert.Equal(x.ToArray().Select(v => Math.Max(v, 0)), y.ToArray());
        }
    }

    [Fact]
    public void Propagates_NaN()
    {
        using var x = Tensor<float>.FromArray([float.NaN, 1], [2], TestContexts.Default);
        using var y = x.Relu();
        Assert.True(float.IsNaN(y[0]));
    }
}
