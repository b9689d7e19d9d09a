namespace DeepSharp.Vgg.Tests.Invariants;

/// <summary>Measures the memory that training uses. Runs alone, because it measures the whole process.</summary>
[Collection(nameof(MemoryTests))]
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public class MemoryTests
{
    private static readonly VggOptions BatchNormCompact = new() { BatchNorm = true, Classes = 10, Head = VggHead.Compact };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_step_of_vgg11_after_the_first_steps_allocates_almost_nothing(int workers)
    {
        using var context = new ComputeContext(new ComputeOptions { Workers = workers, FillWithNaN = true });
        using var loop = new TrainingLoop(VggConfig.A, BatchNormCompact, [32, 3, 32, 32], context);
        for (int step = 0; step < 3; step++) loop.Step();
        List<(long Misses, long Bytes)> steps = [];
        while (steps.Count < 5)
        {
            long misses = context.Pool.Misses, bytes = GC.GetTotalAllocatedBytes(precise: true);
            loop.Step();
            steps.Add((context.Pool.Misses - misses, GC.GetTotalAllocatedBytes(precise: true) - bytes));
        }

        // With several workers, any step may be the first to need two buffers of one size at the same time. So only the best step counts.
        if (workers > 1) steps = [steps.Min()];
        Assert.All(steps, step =>
        {
            Assert.Equal(0, step.Misses);
            Assert.InRange(step.Bytes, 1, 64 << 10);
        });
    }

    [Fact]
    public void A_thousand_steps_do_not_grow_the_resident_set()
    {
        using var context = new ComputeContext(new ComputeOptions { Workers = 2, FillWithNaN = true });
        using var loop = new TrainingLoop(VggConfig.Parse("8,M,16,M"), BatchNormCompact, [16, 3, 16, 16], context);
        // Warm-up: by then, tiered compilation has finished.
        for (int step = 0; step < 200; step++) loop.Step();
        long before = ResidentSet();
        for (int step = 0; step < 1000; step++) loop.Step();
        // Less than one page per step, so the steps do not leak.
        Assert.InRange(ResidentSet() - before, long.MinValue, 1000L * Environment.SystemPageSize);
    }

    [Fact]
    public void Training_without_Dispose_uses_at_most_three_times_the_memory()
    {
        long withDispose = MaxResidentSet(loop =>
        {
            using var images = loop.Images.Clone();
            using (var tape = new Tape<float>(Mode.Training)) loop.Step(tape, images);
            // Records everything that a backward pass needs, but never runs one.
            using var recording = new Tape<float>(Mode.Evaluation, recording: true);
            loop.Model.Forward(recording.Input(images));
        });
        long withoutDispose = MaxResidentSet(loop =>
        {
            var images = loop.Images.Clone();
            loop.Step(new Tape<float>(Mode.Training), images);
            loop.Model.Forward(new Tape<float>(Mode.Evaluation, recording: true).Input(images));
        });
        // Each step without Dispose leaves about 10 MB of garbage: 2 GB in all if it were never collected.
        Assert.InRange(withoutDispose, 1, 3 * withDispose);
    }

    private static long MaxResidentSet(Action<TrainingLoop> step)
    {
        long max = ResidentSet();
        using var context = new ComputeContext(new ComputeOptions { Workers = 2, FillWithNaN = true });
        using var loop = new TrainingLoop(VggConfig.Parse("8,M,16,M"), BatchNormCompact, [32, 3, 32, 32], context);
        for (int i = 0; i < 200; i++)
        {
            step(loop);
            max = Math.Max(max, Environment.WorkingSet);
        }

        return max;
    }

    /// <summary>Returns the resident set after a full garbage collection.</summary>
    private static long ResidentSet()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet;
    }
}
