namespace DeepSharp.Tensors.Tests.Convolution;

/// <summary>The error bound of Winograd convolution is tight enough to detect a single missing product.</summary>
public class WinogradBoundTests
{
    [Theory]
    [InlineData("winograd-4x4")]
    [InlineData("winograd-2x2")]
    public void One_missing_product_at_one_pixel_exceeds_the_bound(string algorithm)
    {
        var window = Window2d.Square(3, 1, 1);
        var s = ConvolutionShape.Of([2, 16, 9, 7], [5, 16, 3, 3], window);
        using var context = new ComputeContext(new ComputeOptions { ConvolutionAlgorithm = algorithm, FillWithNaN = true });
        // All elements are 1 or −1, so all products have the same magnitude.
        using var x = Signs(s.Input, "x");
        using var w = Signs(s.Weights, "w");
        using var y = context.Kernels.Convolution(x, w, null, window);
        double[] left = ConvolutionReference.ToDouble(x), right = ConvolutionReference.ToDouble(w);
        double[] expected = ConvolutionReference.Compute(ConvolutionPass.Forward, s, left, right).Values;
        double[] bounds = WinogradBound.Of<float>(algorithm, ConvolutionPass.Forward, s, left, right);
        for (int n = 0; n < s.N; n++)
        {
            for (int k = 0; k < s.K; k++)
            {
                for (int p = 0; p < s.OutputHeight; p++)
                {
                    for (int q = 0; q < s.OutputWidth; q++)
                    {
                        // The product of the center tap of one input channel.
                        float product = x[n, k, p, q] * w[k, k, 1, 1];
                        int element = (((((n * s.K) + k) * s.OutputHeight) + p) * s.OutputWidth) + q;
                        double error = y[n, k, p, q] - expected[element];
                        Assert.InRange(Math.Abs(error), 0, bounds[element]);
                        Assert.False(Math.Abs(error - product) <= bounds[element]);
                    }
                }
            }
        }

        Tensor<float> Signs(Shape shape, string name)
        {
            var stream = new RandomStream(1, name);
            float[] values = [.. Enumerable.Range(0, shape.ElementCount).Select(i => (2 * stream.Below(2, i)) - 1f)];
            return Tensor<float>.FromArray(values, shape, context);
        }
    }
}
