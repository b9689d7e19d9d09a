using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>F(4×4, 3×3): 36 multiplications for 16 outputs, a quarter of the direct algorithm's 144.</summary>
/// <remarks>
/// With the interpolation points 0, 1, −1, ½, −2, ∞ the results are about twice as accurate as with the usual 0, ±1, ±2, ∞. Barabasz et al.
/// (arXiv 1803.10986) describe a search for such points.
/// <code>
/// Aᵀ = [1 1  1 1    1 0]   G = [  1      0      0   ]   Bᵀ = [1 -3/2 -2   3/2  1 0]
///      [0 1 -1 1/2 -2 0]       [  1/3    1/3    1/3 ]        [0 -1   1/2  5/2  1 0]
///      [0 1  1 1/4  4 0]       [ -1/3    1/3   -1/3 ]        [0  1  -5/2  1/2  1 0]
///      [0 1 -1 1/8 -8 1]       [-16/15  -8/15  -4/15]        [0 -2  -1    2    1 0]
///                              [  1/15  -2/15   4/15]        [0 1/2 -1   -1/2  1 0]
///                              [  0      0      1   ]        [0  1  -3/2 -2  3/2 1]
/// </code>
/// </remarks>
internal readonly struct Winograd4x4 : IWinogradTile
{
    /// <inheritdoc/>
    public static int OutputSize => 4;

    /// <inheritdoc/>
    public static string Name => "winograd-4x4";

    /// <inheritdoc/>
    // x3 − x1 and x4 − x2 occur in several rows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TSimd, TVector, T>(ref readonly T from, nint fromStep, ref T to, nint toStep)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x0 = TSimd.Load(in from, 0);
        var x1 = TSimd.Load(in from, fromStep);
        var x2 = TSimd.Load(in from, 2 * fromStep);
        var x3 = TSimd.Load(in from, 3 * fromStep);
        var x4 = TSimd.Load(in from, 4 * fromStep);
        var x5 = TSimd.Load(in from, 5 * fromStep);
        var odd = TSimd.Subtract(x3, x1);
        var even = TSimd.Subtract(x4, x2);
        TSimd.Store(
            TSimd.MultiplyAdd(
                TSimd.Broadcast(T.CreateTruncating(1.5)), odd,
                TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(-2.0)), x2, TSimd.Add(x0, x4))),
            ref to, 0);
        TSimd.Store(
            TSimd.MultiplyAdd(
                TSimd.Broadcast(T.CreateTruncating(2.5)), x3,
                TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(0.5)), x2, TSimd.Subtract(x4, x1))),
            ref to, toStep);
        TSimd.Store(
            TSimd.MultiplyAdd(
                TSimd.Broadcast(T.CreateTruncating(0.5)), x3,
                TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(-2.5)), x2, TSimd.Add(x4, x1))),
            ref to, 2 * toStep);
        TSimd.Store(TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(2.0)), odd, even), ref to, 3 * toStep);
        TSimd.Store(TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(-0.5)), odd, even), ref to, 4 * toStep);
        TSimd.Store(
            TSimd.MultiplyAdd(
                TSimd.Broadcast(T.CreateTruncating(1.5)), even,
                TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(-2.0)), x3, TSimd.Add(x1, x5))),
            ref to, 5 * toStep);
    }

    /// <inheritdoc/>
    // Rows 1 and 2 are (w0 + w2 ± w1) / 3 up to sign.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights<TSimd, TVector, T>(ref readonly T from, nint fromStep, ref T to, nint toStep)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var w0 = TSimd.Load(in from, 0);
        var w1 = TSimd.Load(in from, fromStep);
        var w2 = TSimd.Load(in from, 2 * fromStep);
        var outer = TSimd.Multiply(TSimd.Broadcast(T.CreateTruncating(1.0 / 3)), TSimd.Add(w0, w2));
        var inner = TSimd.Multiply(TSimd.Broadcast(T.CreateTruncating(1.0 / 3)), w1);
        TSimd.Store(w0, ref to, 0);
        TSimd.Store(TSimd.Add(inner, outer), ref to, toStep);
        TSimd.Store(TSimd.Subtract(inner, outer), ref to, 2 * toStep);
        TSimd.Store(
            TSimd.MultiplyAdd(
                TSimd.Broadcast(T.CreateTruncating(-16.0 / 15)), w0,
                TSimd.MultiplyAdd(
                    TSimd.Broadcast(T.CreateTruncating(-8.0 / 15)), w1,
                    TSimd.Multiply(TSimd.Broadcast(T.CreateTruncating(-4.0 / 15)), w2))),
            ref to, 3 * toStep);
        TSimd.Store(
            TSimd.MultiplyAdd(
                TSimd.Broadcast(T.CreateTruncating(1.0 / 15)), w0,
                TSimd.MultiplyAdd(
                    TSimd.Broadcast(T.CreateTruncating(-2.0 / 15)), w1,
                    TSimd.Multiply(TSimd.Broadcast(T.CreateTruncating(4.0 / 15)), w2))),
            ref to, 4 * toStep);
        TSimd.Store(w2, ref to, 5 * toStep);
    }

    /// <inheritdoc/>
    // u1 and u2 occur only in their sum and difference.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TSimd, TVector, T>(ref readonly T from, nint fromStep, ref T to, nint toStep)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var u0 = TSimd.Load(in from, 0);
        var u1 = TSimd.Load(in from, fromStep);
        var u2 = TSimd.Load(in from, 2 * fromStep);
        var u3 = TSimd.Load(in from, 3 * fromStep);
        var u4 = TSimd.Load(in from, 4 * fromStep);
        var u5 = TSimd.Load(in from, 5 * fromStep);
        var sum = TSimd.Add(u1, u2);
        var difference = TSimd.Subtract(u1, u2);
        TSimd.Store(TSimd.Add(TSimd.Add(u0, sum), TSimd.Add(u3, u4)), ref to, 0);
        TSimd.Store(
            TSimd.MultiplyAdd(
                TSimd.Broadcast(T.CreateTruncating(-2.0)), u4,
                TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(0.5)), u3, difference)),
            ref to, toStep);
        TSimd.Store(
            TSimd.MultiplyAdd(
                TSimd.Broadcast(T.CreateTruncating(4.0)), u4,
                TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(0.25)), u3, sum)),
            ref to, 2 * toStep);
        TSimd.Store(
            TSimd.MultiplyAdd(
                TSimd.Broadcast(T.CreateTruncating(-8.0)), u4,
                TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(0.125)), u3, TSimd.Add(difference, u5))),
            ref to, 3 * toStep);
    }

    /// <inheritdoc/>
    // The transpose of Output.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputGradient<TSimd, TVector, T>(ref readonly T from, nint fromStep, ref T to, nint toStep)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var y0 = TSimd.Load(in from, 0);
        var y1 = TSimd.Load(in from, fromStep);
        var y2 = TSimd.Load(in from, 2 * fromStep);
        var y3 = TSimd.Load(in from, 3 * fromStep);
        var even = TSimd.Add(y0, y2);
        var odd = TSimd.Add(y1, y3);
        TSimd.Store(y0, ref to, 0);
        TSimd.Store(TSimd.Add(even, odd), ref to, toStep);
        TSimd.Store(TSimd.Subtract(even, odd), ref to, 2 * toStep);
        TSimd.Store(
            TSimd.MultiplyAdd(
                TSimd.Broadcast(T.CreateTruncating(0.5)), y1,
                TSimd.MultiplyAdd(
                    TSimd.Broadcast(T.CreateTruncating(0.25)), y2,
                    TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(0.125)), y3, y0))),
            ref to, 3 * toStep);
        TSimd.Store(
            TSimd.MultiplyAdd(
                TSimd.Broadcast(T.CreateTruncating(-2.0)), y1,
                TSimd.MultiplyAdd(
                    TSimd.Broadcast(T.CreateTruncating(4.0)), y2,
                    TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(-8.0)), y3, y0))),
            ref to, 4 * toStep);
        TSimd.Store(y3, ref to, 5 * toStep);
    }

    /// <inheritdoc/>
    // The transpose of Weights.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WeightGradient<TSimd, TVector, T>(ref readonly T from, nint fromStep, ref T to, nint toStep)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var u0 = TSimd.Load(in from, 0);
        var u1 = TSimd.Load(in from, fromStep);
        var u2 = TSimd.Load(in from, 2 * fromStep);
        var u3 = TSimd.Load(in from, 3 * fromStep);
        var u4 = TSimd.Load(in from, 4 * fromStep);
        var u5 = TSimd.Load(in from, 5 * fromStep);
        var sum = TSimd.Multiply(TSimd.Broadcast(T.CreateTruncating(1.0 / 3)), TSimd.Add(u1, u2));
        var difference = TSimd.Multiply(TSimd.Broadcast(T.CreateTruncating(1.0 / 3)), TSimd.Subtract(u1, u2));
        TSimd.Store(
            TSimd.MultiplyAdd(
                TSimd.Broadcast(T.CreateTruncating(-16.0 / 15)), u3,
                TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(1.0 / 15)), u4, TSimd.Add(u0, difference))),
            ref to, 0);
        TSimd.Store(
            TSimd.MultiplyAdd(
                TSimd.Broadcast(T.CreateTruncating(-8.0 / 15)), u3,
                TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(-2.0 / 15)), u4, sum)),
            ref to, toStep);
        TSimd.Store(
            TSimd.MultiplyAdd(
                TSimd.Broadcast(T.CreateTruncating(-4.0 / 15)), u3,
                TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(4.0 / 15)), u4, TSimd.Add(difference, u5))),
            ref to, 2 * toStep);
    }
}
