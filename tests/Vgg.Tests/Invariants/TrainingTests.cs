namespace DeepSharp.Vgg.Tests.Invariants;

/// <summary>Training and evaluation of whole networks.</summary>
public class TrainingTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_small_network_memorizes_32_images(bool batchNorm)
    {
        using var loop = New(batchNorm, TestContexts.Default);
        // An untrained network is at chance: for ten classes the loss is ln 10 = 2.3.
        Assert.InRange(loop.Step(), 1.5, 5);
        float loss = float.NaN;
        for (int step = 0; step < 149; step++) loss = loop.Step();
        Assert.InRange(loss, 0, 0.05f);
    }

    [Fact]
    public void Several_threads_can_evaluate_one_model_at_once()
    {
        using var context = new ComputeContext(new ComputeOptions { Workers = 2, FillWithNaN = true });
        using var loop = New(batchNorm: true, context);
        for (int round = 0; round < 20; round++)
        {
            // Training invalidates values that evaluation derives from the weights. In each round the threads race to derive them.
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
        VggConfig.Parse("16,M,32,M"),
        new VggOptions { BatchNorm = batchNorm, Classes = 10, Head = VggHead.Compact, InputSize = 16 },
        [32, 3, 16, 16],
        context,
        learningRate: 0.05);
}
