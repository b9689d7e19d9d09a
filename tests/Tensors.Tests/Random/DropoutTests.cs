namespace DeepSharp.Tensors.Tests.Random;

public class DropoutTests
{
    [Fact]
    public void Keeps_exactly_the_elements_that_the_stream_selects_in_logical_order()
    {
        var stream = new RandomStream(7, "dropout").At(2, 3);
        foreach (Shape shape in (Shape[])[[1], [7], [3, 5], [70_001], [2, 3, 5, 7], [3, 17, 3, 3], [2, 130, 16, 17], [2, 5, 1, 1]])
        {
            foreach (double rate in new[] { 0.1, 0.5, 1 })
            {
                using var x = Tensor<float>.RandomNormal(shape, new RandomStream(1, "x"), context: TestContexts.Default);
                using var y = x.Context.Kernels.Dropout(x, rate, stream);
                float[] source = x.ToArray();
                Assert.Equal(source.Select((v, i) => stream.Word(i) >= rate * 4294967296.0 ? v * (float)(1 / (1 - rate)) : 0), y.ToArray());
            }
        }
    }

    [Fact]
    public void Drops_elements_at_the_rate_and_scales_the_others()
    {
        const int Count = 100_000;
        const double Rate = 0.3;
        using var x = Tensor<double>.Ones([Count], TestContexts.Default);
        using var y = x.Context.Kernels.Dropout(x, Rate, new RandomStream(1, "dropout"));
        // The number of dropped elements follows a binomial distribution. The bound is five standard deviations.
        Assert.Equal(Count * Rate, y.ToArray().Count(v => v == 0), 5 * Math.Sqrt(Count * Rate * (1 - Rate)));
        Assert.All(y.ToArray(), v => Assert.True(v is 0 or 1 / (1 - Rate)));
    }
}
