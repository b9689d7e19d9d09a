using System.Diagnostics;
using System.Globalization;

namespace DeepSharp.Vgg.Tests.Invariants;

/// <summary>Trains for hours and monitors memory, file handles and threads. Runs on demand only.</summary>
/// <remarks>
/// <code>
/// DEEPSHARP_SOAK_MINUTES=120 dotnet tests/Vgg.Tests/bin/Release/net10.0/DeepSharp.Vgg.Tests.dll \
///     -explicit only -class DeepSharp.Vgg.Tests.Invariants.SoakTests
/// </code>
/// </remarks>
[Collection(nameof(MemoryTests))]
public class SoakTests(ITestOutputHelper output)
{
    private const string Minutes = "DEEPSHARP_SOAK_MINUTES";

    [Fact(Explicit = true)]
    public void Training_for_hours_does_not_grow_memory_handles_or_threads()
    {
        double minutes = double.Parse(Environment.GetEnvironmentVariable(Minutes) ?? "120", CultureInfo.InvariantCulture);
        using var folder = new TemporaryFolder();
        var data = ShapesDataset.Generate(trainCount: 2000, testCount: 200);
        var watch = Stopwatch.StartNew();
        List<Usage> usages = [];
        for (int run = 0; watch.Elapsed.TotalMinutes < minutes || usages.Count < 8; run++)
        {
            // A whole training run with its own model, workers, loader threads and checkpoints.
            Train(data, folder[$"run-{run}"], run);
            Directory.Delete(folder[$"run-{run}"], recursive: true);
            usages.Add(Usage.Now());
            output.WriteLine($"{watch.Elapsed.TotalMinutes:f1} min, run {run}: {usages[^1]}");
        }

        // The first quarter is the warm-up: code is compiled and pools fill. The last quarter must not use more than the second. The lowest
        // values are compared: a leak raises them too, while the highest ones include what the runtime opens for a moment.
        int quarter = usages.Count / 4;
        Usage second = Usage.Min(usages[quarter..(2 * quarter)]), last = Usage.Min(usages[^quarter..]);
        // Memory has a margin, because the garbage collector decides when to collect: a generation-0 budget is a few megabytes.
        Assert.InRange(last.Bytes, 0, (long)(1.05 * second.Bytes) + (8 << 20));
        Assert.InRange(last.Handles, 0, second.Handles);
        Assert.InRange(last.Threads, 0, second.Threads);
    }

    private static void Train(ImageData data, string folder, int seed)
    {
        using var context = new ComputeContext(new ComputeOptions { Workers = 2 });
        using var model = VggModel.Create<float>(
            VggConfig.Parse("8,M,16,M"), new VggOptions { BatchNorm = true, Classes = 10, Head = VggHead.Compact }, seed, context);
        var options = new TrainingOptions<float> { Epochs = 2, BatchSize = 50, Seed = seed, Augment = Augment.CropAndFlip };
        using var trainer = new Trainer<float>(model, data, options, folder);
        trainer.Run();
    }

    private sealed record Usage(long Bytes, int Handles, int Threads)
    {
        public static Usage Now()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            using var process = Process.GetCurrentProcess();
            return new(process.WorkingSet64, process.HandleCount, process.Threads.Count);
        }

        public static Usage Min(IReadOnlyCollection<Usage> usages) =>
            new(usages.Min(usage => usage.Bytes), usages.Min(usage => usage.Handles), usages.Min(usage => usage.Threads));

        public override string ToString() => $"{Bytes >> 20} MiB, {Handles} handles, {Threads} threads";
    }
}
