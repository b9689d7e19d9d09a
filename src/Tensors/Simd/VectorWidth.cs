using System.Runtime.Intrinsics;

namespace DeepSharp.Tensors;

/// <summary>The vector width of the kernels, in bits.</summary>
public enum VectorWidth
{
    /// <summary>One element at a time, by the same kernels.</summary>
    Scalar = 0,

    /// <summary>128 bits: SSE, Arm Neon.</summary>
    Bits128 = 128,

    /// <summary>256 bits: AVX2.</summary>
    Bits256 = 256,

    /// <summary>512 bits: AVX-512.</summary>
    Bits512 = 512,
}

/// <summary>Finds the vector width that suits the processor.</summary>
public static class VectorWidths
{
    /// <summary>The widest vectors that .NET reports as hardware-accelerated.</summary>
    // .NET may report 512 bits as not accelerated on processors that reduce their clock rate for such vectors.
    public static VectorWidth Widest =>
        Vector512.IsHardwareAccelerated ? VectorWidth.Bits512
        : Vector256.IsHardwareAccelerated ? VectorWidth.Bits256
        : Vector128.IsHardwareAccelerated ? VectorWidth.Bits128
        : VectorWidth.Scalar;
}
