namespace DeepSharp.Vgg.Tests.Invariants;

/// <summary>What training takes of the process's memory. Runs alone, because it measures the whole process.</summary>
[Collection(nameof(MemoryTests))]
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public class MemoryTests
{
    private static readonly VggOptions BatchNormCompact = new() { BatchNorm = true, Classes = 10, Head = VggHead.Compact };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_steady_step_of_vgg11_allocates_next_to_nothing(int workers)
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

        // The scheduler decides in which step two workers first need the same kind of scratch memory at once: it may be one of these.
        if (workers > 1) steps = [steps.Min()];
        Assert.All(steps, step =>
        {
            Assert.Equal(0, step.Misses);
            Assert.InRange(step.Bytes, 1, 64 << 10);
        });
    }

    [Fact]
    public void A_thousand_steps_leave_the_resident_set_as_it_was()
    {
        using var context = new ComputeContext(new ComputeOptions { Workers = 2, FillWithNaN = true });
        using var loop = new TrainingLoop(VggConfig.Parse("8,M,16,M"), BatchNormCompact, [16, 3, 16, 16], context);
        // Until the run-time has compiled everything for the last time.
        for (int step = 0; step < 200; step++) loop.Step();
        long before = ResidentSet();
        for (int step = 0; step < 1000; step++) loop.Step();
        // Less than a page for each step: nothing that a step makes stays.
        Assert.InRange(ResidentSet() - before, long.MinValue, 1000L * Environment.SystemPageSize);
    }

    [Fact]
    public void Without_one_Dispose_training_takes_at_most_three_times_the_memory()
    {
        long disposing = LargestResidentSet(loop =>
        {
            using var images = loop.Images.Clone();
            using (var tape = new Tape<float>(Mode.Training)) loop.Step(tape, images);
            // Records everything that backward would need, and never runs backward.
            using var recording = new Tape<float>(Mode.Evaluation, recording: true);
            loop.Model.Forward(recording.Input(images));
        });
        long leaving = LargestResidentSet(loop =>
        {
            var images = loop.Images.Clone();
            loop.Step(new Tape<float>(Mode.Training), images);
            loop.Model.Forward(new Tape<float>(Mode.Evaluation, recording: true).Input(images));
        });
        // Each step leaves about ten megabytes: two gigabytes, if nobody collected them.
        Assert.InRange(leaving, 1, 3 * disposing);
    }

    private static long LargestResidentSet(Action<TrainingLoop> step)
    {
        long largest = ResidentSet();
        using var context = new ComputeContext(new ComputeOptions { Workers = 2, FillWithNaN = true });
        using var loop = new TrainingLoop(VggConfig.Parse("8,M,16,M"), BatchNormCompact, [32, 3, 32, 32], context);
        for (int i = 0; i < 200; i++)
        {
            step(loop);
            largest = Math.Max(largest, Environment.WorkingSet);
        }

        return largest;
    }

    /// <summary>The resident set without what the collector can give back.</summary>
    private static long ResidentSet()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet;
    }
}
