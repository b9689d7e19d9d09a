using System.Runtime.Intrinsics;

namespace DeepSharp.Tensors;

/// <summary>How many bits the vectors of the kernels have.</summary>
public enum VectorWidth
{
    /// <summary>One element at a time, through the same kernels.</summary>
    Scalar = 0,

    /// <summary>128 bits: SSE, Arm Neon.</summary>
    Bits128 = 128,

    /// <summary>256 bits: AVX2.</summary>
    Bits256 = 256,

    /// <summary>512 bits: AVX-512.</summary>
    Bits512 = 512,
}

/// <summary>What the processor offers.</summary>
public static class VectorWidths
{
    /// <summary>The widest vectors that this processor computes in hardware.</summary>
    // The run-time may report 512 as not accelerated on processors that throttle: it knows better.
    public static VectorWidth Widest =>
        Vector512.IsHardwareAccelerated ? VectorWidth.Bits512
        : Vector256.IsHardwareAccelerated ? VectorWidth.Bits256
        : Vector128.IsHardwareAccelerated ? VectorWidth.Bits128
        : VectorWidth.Scalar;
}
