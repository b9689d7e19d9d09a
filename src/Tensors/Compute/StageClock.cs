using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>The stages of a convolution task.</summary>
internal enum KernelStage
{
    /// <summary>Preparing the input for the products: copying windows or rows, Winograd's transform of images and gradients.</summary>
    Input,

    /// <summary>Preparing the weights for the products: packing, Winograd's transform.</summary>
    Weights,

    /// <summary>The matrix products.</summary>
    Products,

    /// <summary>Computing the results from the products: Winograd's output transform, adding the parts of a sum.</summary>
    Output,
}

/// <summary>Measures the stages of one task; does nothing without a profiler.</summary>
internal struct StageClock(Profiler? profiler)
{
    private long start = profiler is null ? 0 : Stopwatch.GetTimestamp();

    /// <summary>Ends a stage and begins the next one.</summary>
    /// <param name="stage">The stage that ends.</param>
    /// <param name="multiplyAdds">The multiply-adds of the products of the stage; 0 for a stage without products.</param>
    /// <param name="elements">The number of elements that the stage reads or writes, each counted once however often it is used.</param>
    public void Lap<T>(KernelStage stage, long multiplyAdds, long elements)
    {
        if (profiler is null) return;
        long now = Stopwatch.GetTimestamp();
        profiler.AddStage(stage, now - start, multiplyAdds, elements * Unsafe.SizeOf<T>());
        start = now;
    }
}
