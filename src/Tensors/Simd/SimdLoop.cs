using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>A loop over contiguous elements, written once for all vector widths.</summary>
internal interface ISimdLoop<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>
    /// Processes the elements <paramref name="from"/> to <paramref name="to"/> − 1: a multiple of the vector width, possibly none.
    /// </summary>
    void Run<TSimd, TVector>(nint from, nint to)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;
}

/// <summary>Runs a loop: first whole vectors, then the remainder with vectors of one element.</summary>
internal static class SimdLoop
{
    /// <summary>Processes the elements 0 to <paramref name="length"/> − 1 with vectors of <paramref name="width"/>.</summary>
    public static void Run<T, TLoop>(VectorWidth width, int length, TLoop loop)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TLoop : struct, ISimdLoop<T>, allows ref struct => SimdDispatch.Run<T, Action<T, TLoop>>(width, new(loop, length));

    /// <summary>Processes the elements 0 to <paramref name="length"/> − 1 with vectors of a known type.</summary>
    public static void Run<TLoop, TSimd, TVector, T>(TLoop loop, int length)
        where TLoop : struct, ISimdLoop<T>, allows ref struct
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int whole = length - (length % TSimd.Width);
        loop.Run<TSimd, TVector>(0, whole);
        if (whole < length) loop.Run<SimdScalar<T>, T>(whole, length);
    }

    private readonly ref struct Action<T, TLoop>(TLoop loop, int length) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TLoop : struct, ISimdLoop<T>, allows ref struct
    {
        private readonly TLoop loop = loop;

        void ISimdAction<T>.Invoke<TSimd, TVector>() => Run<TLoop, TSimd, TVector, T>(loop, length);
    }
}
