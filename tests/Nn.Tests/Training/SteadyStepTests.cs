namespace DeepSharp.Nn.Tests.Training;

/// <summary>Does not run in parallel with other tests, because their allocations would be counted too.</summary>
[CollectionDefinition(nameof(SteadyStepTests), DisableParallelization = true)]
[Collection(nameof(SteadyStepTests))]
public class SteadyStepTests
{
    [Fact]
    public void A_step_allocates_almost_no_memory()
    {
        const int Warm = 3, Steps = 20, BatchSize = 8, MaxBytes = 8 * 1024;
        var context = TestContexts.Default;
        var data = new DataSource { LimitTrain = Steps * BatchSize, LimitTest = 1 }.Load(context);
        using var model = new LinearClassifier(context);
        var options = new TrainingOptions<float> { Epochs = 1, BatchSize = BatchSize, LearningRate = 1e-4, Augment = Augment.CropAndFlip };
        using var trainer = new Trainer<float>(model, data, options);
        List<(long Bytes, long Misses)> steps = new(Steps + 1);
        trainer.Run(new Watch<TrainingProgress>(_ => steps.Add((GC.GetTotalAllocatedBytes(precise: true), context.Pool.Misses))));
        Assert.Equal(steps[Warm].Misses, steps[Steps - 1].Misses);
        long bytes = (steps[Steps - 1].Bytes - steps[Warm].Bytes) / (Steps - 1 - Warm);
        Assert.True(bytes < MaxBytes, $"A step allocates {bytes} bytes, expected less than {MaxBytes}.");
    }

    private sealed class LinearClassifier : Module<float>
    {
        private readonly Linear<float> linear;

        public LinearClassifier(ComputeContext context) =>
            linear = AddChild("linear", new Linear<float>(3 * 32 * 32, 10, new RandomStream(1, "weights"), context: context));

        public override Variable<float> Forward(Variable<float> x) => linear.Forward(x.Reshape([x.Shape[0], 3 * 32 * 32]));
    }
}
