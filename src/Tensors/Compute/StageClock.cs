using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>The stages that a task of a convolution goes through.</summary>
internal enum KernelStage
{
    /// <summary>The input in the form that is multiplied: copied windows or rows, Winograd's transform of images and gradients.</summary>
    Input,

    /// <summary>The weights in that form.</summary>
    Weights,

    /// <summary>The matrix products.</summary>
    Products,

    /// <summary>Results from products: Winograd's transform back, sums of parts.</summary>
    Output,
}

/// <summary>Measures the stages of one task where a profiler is there; otherwise it does nothing.</summary>
internal struct StageClock(Profiler? profiler)
{
    private long start = profiler is null ? 0 : Stopwatch.GetTimestamp();

    /// <summary>Ends a stage; the next one begins.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="multiplyAdds">The multiply-adds of its products; 0 for what only moves or adds.</param>
    /// <param name="elements">The elements that it reads and writes, each once.</param>
    public void Lap<T>(KernelStage stage, long multiplyAdds, long elements)
    {
        if (profiler is null) return;
        long now = Stopwatch.GetTimestamp();
        profiler.AddStage(stage, now - start, multiplyAdds, elements * Unsafe.SizeOf<T>());
        start = now;
    }
}
