using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>Vectors on the stack.</summary>
internal static class StackMemory
{
    private const int Alignment = 64;

    /// <summary>The extra elements to allocate, so that <see cref="Align"/> can skip some.</summary>
    public static int Slack<T>()
        where T : unmanaged => Alignment / Unsafe.SizeOf<T>();

    /// <summary>The memory from its first 64-byte boundary on: a vector across two cache lines takes two accesses, and is slow to read after it was written.</summary>
    public static Span<T> Align<T>(Span<T> memory)
        where T : unmanaged
    {
        nint address = Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(memory)));
        return memory[((int)(-address & (Alignment - 1)) / Unsafe.SizeOf<T>())..];
    }
}
