using BenchmarkDotNet.Attributes;
using DeepSharp.Bench.Measuring;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Micro;

/// <summary>
/// Memory-bound kernels on at least 64 MiB. <see cref="MemoryWork.Bytes"/> divided by the time is the bandwidth; compare it with that of
/// the copy.
/// </summary>
public class MemoryBoundBenchmarks
{
    private Action work = null!;

    /// <summary>The kernels.</summary>
    public static IEnumerable<MemoryWork> Kernels => MemoryWork.All;

    /// <summary>The kernel that is measured.</summary>
    [ParamsSource(nameof(Kernels))]
    public MemoryWork Kernel { get; set; } = null!;

    /// <summary>Generates random operands.</summary>
    [GlobalSetup]
    public void Setup() => work = Kernel.Prepare(ComputeContext.Default, Kernel.Shape);

    /// <summary>One run of the kernel.</summary>
    [Benchmark]
    public void Run() => work();
}
