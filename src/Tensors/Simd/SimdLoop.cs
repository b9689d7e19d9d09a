using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>Work on elements that lie side by side, written once for vectors of any width.</summary>
internal interface ISimdLoop<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Does the elements from <paramref name="from"/> to before <paramref name="to"/>, which are whole vectors.</summary>
    void Run<TSimd, TVector>(nint from, nint to)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;
}

/// <summary>Runs such work: whole vectors, then the remainder with vectors of one element.</summary>
internal static class SimdLoop
{
    /// <summary>Does the elements 0 to <paramref name="length"/> − 1 with vectors of <paramref name="width"/>.</summary>
    public static void Run<T, TLoop>(VectorWidth width, int length, TLoop loop)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TLoop : struct, ISimdLoop<T>, allows ref struct => SimdDispatch.Run<T, Action<T, TLoop>>(width, new(loop, length));

    /// <summary>Does the elements 0 to <paramref name="length"/> − 1 with vectors of a known type.</summary>
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
