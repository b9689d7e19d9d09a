using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>F(2×2, 3×3): 16 multiplications for 4 outputs, instead of 36. Simpler than F(4×4, 3×3), so read it first.</summary>
/// <remarks>
/// The interpolation points are 0, 1, −1, ∞.
/// <code>
/// Aᵀ = [1 1  1  0]   G = [ 1    0   0 ]   Bᵀ = [1  0 -1  0]
///      [0 1 -1 -1]       [1/2  1/2 1/2]        [0  1  1  0]
///                        [1/2 -1/2 1/2]        [0 -1  1  0]
///                        [ 0    0   1 ]        [0  1  0 -1]
/// </code>
/// </remarks>
internal readonly struct Winograd2x2 : IWinogradTile
{
    /// <inheritdoc/>
    public static int OutputSize => 2;

    /// <inheritdoc/>
    public static string Name => "winograd-2x2";

    /// <inheritdoc/>
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
        TSimd.Store(TSimd.Subtract(x0, x2), ref to, 0);
        TSimd.Store(TSimd.Add(x1, x2), ref to, toStep);
        TSimd.Store(TSimd.Subtract(x2, x1), ref to, 2 * toStep);
        TSimd.Store(TSimd.Subtract(x1, x3), ref to, 3 * toStep);
    }

    /// <inheritdoc/>
    // Rows 1 and 2 are (w0 + w2 ± w1) / 2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights<TSimd, TVector, T>(ref readonly T from, nint fromStep, ref T to, nint toStep)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var w0 = TSimd.Load(in from, 0);
        var w1 = TSimd.Load(in from, fromStep);
        var w2 = TSimd.Load(in from, 2 * fromStep);
        var outer = TSimd.Multiply(TSimd.Broadcast(T.CreateTruncating(0.5)), TSimd.Add(w0, w2));
        var inner = TSimd.Multiply(TSimd.Broadcast(T.CreateTruncating(0.5)), w1);
        TSimd.Store(w0, ref to, 0);
        TSimd.Store(TSimd.Add(outer, inner), ref to, toStep);
        TSimd.Store(TSimd.Subtract(outer, inner), ref to, 2 * toStep);
        TSimd.Store(w2, ref to, 3 * toStep);
    }

    /// <inheritdoc/>
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
        TSimd.Store(TSimd.Add(TSimd.Add(u0, u1), u2), ref to, 0);
        TSimd.Store(TSimd.Subtract(TSimd.Subtract(u1, u2), u3), ref to, toStep);
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
        TSimd.Store(y0, ref to, 0);
        TSimd.Store(TSimd.Add(y0, y1), ref to, toStep);
        TSimd.Store(TSimd.Subtract(y0, y1), ref to, 2 * toStep);
        TSimd.Store(TSimd.Subtract(TSimd.Broadcast(T.Zero), y1), ref to, 3 * toStep);
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
        var sum = TSimd.Multiply(TSimd.Broadcast(T.CreateTruncating(0.5)), TSimd.Add(u1, u2));
        var difference = TSimd.Multiply(TSimd.Broadcast(T.CreateTruncating(0.5)), TSimd.Subtract(u1, u2));
        TSimd.Store(TSimd.Add(u0, sum), ref to, 0);
        TSimd.Store(difference, ref to, toStep);
        TSimd.Store(TSimd.Add(sum, u3), ref to, 2 * toStep);
    }
}
