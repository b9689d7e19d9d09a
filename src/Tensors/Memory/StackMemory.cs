using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>Aligns stack memory for vectors.</summary>
internal static class StackMemory
{
    private const int Alignment = 64;

    /// <summary>The number of extra elements to allocate, because <see cref="Align"/> may skip almost that many.</summary>
    public static int Slack<T>()
        where T : unmanaged => Alignment / Unsafe.SizeOf<T>();

    /// <summary>
    /// The memory from its first 64-byte boundary onward. A vector that is not aligned may span two cache lines. It then takes two
    /// accesses, and reading it soon after writing it is slow.
    /// </summary>
    public static Span<T> Align<T>(Span<T> memory)
        where T : unmanaged
    {
        nint address = Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(memory)));
        return memory[((int)(-address & (Alignment - 1)) / Unsafe.SizeOf<T>())..];
    }
}
