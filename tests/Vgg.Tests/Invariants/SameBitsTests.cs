namespace DeepSharp.Vgg.Tests.Invariants;

/// <summary>The same seed gives the same bits with any number of workers.</summary>
public class SameBitsTests
{
    private const int Steps = 3;

    // One worker, as many workers as a small machine has processors, and more, which the scheduler must interleave.
    private static readonly int[] WorkerCounts = [1, 2, 5];

    private static readonly VggOptions BatchNormCompact = new() { BatchNorm = true, Classes = 10, Head = VggHead.Compact };

    /// <summary>The names of all convolution algorithms.</summary>
    public static TheoryData<string> Algorithms => new(ConvolutionAlgorithms.All.Select(algorithm => algorithm.Name));

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Each_convolution_algorithm_gives_the_same_bits_with_any_number_of_workers(string algorithm) =>
        RequireSame(VggConfig.A, BatchNormCompact, [128, 3, 32, 32], algorithm);

    [Theory]
    [InlineData("16,LRN,M,32,32,M", true)]
    [InlineData("16,LRN,M,32,32,M", false)]
    [InlineData("16,M,32,24:1,M,40:1p1,M", false)]
    public void The_layers_that_vgg11_lacks_give_the_same_bits_with_any_number_of_workers(string config, bool fuse) => RequireSame(
        VggConfig.Parse(config),
        new VggOptions { Classes = 10, Head = new VggHead { PoolSize = 7, Hidden = [512, 512], Dropout = 0.5 }, Lrn = LrnConstants.Paper },
        // Odd sizes, and enough images to split even small layers into blocks for five workers.
        [96, 3, 27, 31],
        fuse: fuse);

    [Fact]
    public void A_network_without_fusion_gives_the_same_bits_with_any_number_of_workers() =>
        RequireSame(VggConfig.Parse("24,24,M,40,M"), BatchNormCompact, [64, 3, 24, 24], fuse: false);

    private static void RequireSame(VggConfig config, VggOptions options, Shape images, string? algorithm = null, bool fuse = true)
    {
        var (weights, logits) = Run(WorkerCounts[0]);
        Assert.All(logits, logit => Assert.True(float.IsFinite(logit)));
        foreach (int workers in WorkerCounts[1..])
        {
            var other = Run(workers);
            Assert.Equal(weights, other.Weights);
            Assert.Equal(logits, other.Logits);
        }

        (string Weights, float[] Logits) Run(int workers)
        {
            using var context = new ComputeContext(
                new ComputeOptions { Workers = workers, ConvolutionAlgorithm = algorithm, FillWithNaN = true });
            using var loop = new TrainingLoop(config, options, images, context);
            loop.Model.Fuse = fuse;
            string before = loop.Model.State().Sha256();
            for (int step = 0; step < Steps; step++) loop.Step();
            string after = loop.Model.State().Sha256();
            Assert.NotEqual(before, after);
            float[] evaluated = loop.Evaluate();
            Assert.Equal(workers, context.Workers.BlocksRun.Count);
            Assert.All(context.Workers.BlocksRun, blocks => Assert.True(blocks > 0, $"One of the {workers} workers ran no block."));
            return (after, evaluated);
        }
    }
}
