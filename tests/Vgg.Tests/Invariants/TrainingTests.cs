namespace DeepSharp.Vgg.Tests.Invariants;

/// <summary>What training and evaluation of a whole network must be able to do.</summary>
public class TrainingTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_small_net_learns_32_images_by_heart(bool batchNorm)
    {
        using var loop = New(batchNorm, TestContexts.Default);
        // Ten classes by chance: ln 10 = 2.3.
        Assert.InRange(loop.Step(), 1.5, 5);
        float loss = float.NaN;
        for (int step = 0; step < 149; step++) loss = loop.Step();
        Assert.InRange(loss, 0, 0.05f);
    }

    [Fact]
    public void Threads_may_evaluate_one_model_at_once()
    {
        using var context = new ComputeContext(new ComputeOptions { Workers = 2, FillWithNaN = true });
        using var loop = New(batchNorm: true, context);
        for (int round = 0; round < 20; round++)
        {
            // Training invalidates what evaluation derives from the weights, so that in each round the threads compete to derive it again.
            loop.Step();
            float[][] logits = new float[4][];
            using var together = new Barrier(logits.Length);
            var threads = Enumerable.Range(0, logits.Length).Select(i => new Thread(() =>
            {
                together.SignalAndWait();
                logits[i] = loop.Evaluate();
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
            Assert.All(logits, each => Assert.Equal(loop.Evaluate(), each));
        }
    }

    private static TrainingLoop New(bool batchNorm, ComputeContext context) => new(
        VggConfig.Parse("16,M,32,M"), new VggOptions { BatchNorm = batchNorm, Classes = 10, Head = VggHead.Compact, InputSize = 16 }, [32, 3, 16, 16], context, learningRate: 0.05);
}
