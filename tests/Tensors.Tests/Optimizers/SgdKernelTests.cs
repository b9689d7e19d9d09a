namespace DeepSharp.Tensors.Tests.Optimizers;

public class SgdKernelTests
{
    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Equals_the_reference_at_every_width_length_and_option(VectorWidth width)
    {
        bool[] switches = [false, true];
        foreach (int length in (int[])[1, 3, 8, 15, 16, 33, 70, (1 << 15) + 5])
        {
            foreach (bool isFirst in switches)
                Check(TestContexts.Of(width), length, new SgdUpdate(0.1, 0.9, 0.3, 0.01, false, isFirst), true);
            Check(TestContexts.Of(width), length, new SgdUpdate(0.1, 0.9, 0, 0.01, true, false), true);
            Check(TestContexts.Of(width), length, new SgdUpdate(0.1, 0, 0, 0.01, false, false), false);
        }
    }

    [Fact]
    public void Errors_name_all_shapes_that_differ()
    {
        var context = TestContexts.Default;
        using Tensor<float> weight = Tensor<float>.Zeros([2, 3], context), gradient = Tensor<float>.Zeros([3, 2], context);
        var error = Assert.Throws<ShapeException>(() => context.Kernels.SgdStep(weight, gradient, null, default));
        Assert.Contains("[2, 3]", error.Message, StringComparison.Ordinal);
        Assert.Contains("[3, 2]", error.Message, StringComparison.Ordinal);
    }

    private static void Check(ComputeContext context, int length, SgdUpdate update, bool hasVelocity)
    {
        using var weight = Tensor<float>.RandomNormal([length], new RandomStream(length, "w"), context: context);
        using var gradient = Tensor<float>.RandomNormal([length], new RandomStream(length, "g"), context: context);
        // Before the first step, the velocity is uninitialized memory, which the test contexts fill with NaN.
        using var velocity = !hasVelocity ? null : update.IsFirst ? new Tensor<float>([length], context)
            : Tensor<float>.RandomNormal([length], new RandomStream(length, "v"), context: context);
        float[] w = weight.ToArray(), g = gradient.ToArray(), v = velocity?.ToArray() ?? [];
        context.Kernels.SgdStep(weight, gradient, velocity, update);
        for (int i = 0; i < length; i++)
        {
            double slope = g[i] + (update.WeightDecay * w[i]), magnitude = Math.Abs(g[i]) + Math.Abs(w[i]);
            if (hasVelocity)
            {
                double speed = update.IsFirst ? slope : (update.Momentum * v[i]) + ((1 - update.Dampening) * slope);
                magnitude += update.IsFirst ? 0 : Math.Abs(v[i]);
                Assert.Equal(speed, velocity![i], Tolerance.Sum<float>(4, magnitude));
                slope = update.Nesterov ? slope + (update.Momentum * speed) : speed;
            }

            Assert.Equal(w[i] - (update.LearningRate * slope), weight[i], Tolerance.Sum<float>(4, magnitude));
        }
    }
}
