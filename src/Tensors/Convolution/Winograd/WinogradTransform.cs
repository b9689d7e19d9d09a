using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>A one-dimensional transform of <see cref="From"/> vectors into <see cref="To"/> vectors.</summary>
internal interface IWinogradTransform
{
    static abstract int From { get; }

    static abstract int To { get; }

    static abstract void Apply<TSimd, TVector, T>(ref readonly T from, nint fromStep, ref T to, nint toStep)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>;
}

/// <summary>The two-dimensional transforms: a one-dimensional transform of the rows, then of the columns.</summary>
internal static class WinogradTransform
{
    /// <summary>The side length of an input tile, t = m + 2.</summary>
    public static int InputSize<TTile>()
        where TTile : IWinogradTile => TTile.OutputSize + 2;

    /// <summary>The number of points of a tile, t².</summary>
    public static int Points<TTile>()
        where TTile : IWinogradTile => InputSize<TTile>() * InputSize<TTile>();

    /// <summary>Transforms a square matrix whose elements are vectors; lanes are channels.</summary>
    /// <param name="from">The first of From × From vectors.</param>
    /// <param name="fromRow">Elements from one row of these vectors to the next.</param>
    /// <param name="fromColumn">Elements from one column to the next.</param>
    /// <param name="between">Scratch for From × To vectors.</param>
    /// <param name="to">The first of To × To vectors.</param>
    /// <param name="toRow">Elements from one row of these vectors to the next.</param>
    /// <param name="toColumn">Elements from one column to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<TTransform, TSimd, TVector, T>(
        ref readonly T from, nint fromRow, nint fromColumn, ref T between, ref T to, nint toRow, nint toColumn)
        where TTransform : IWinogradTransform
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        nint width = TSimd.Width, row = TTransform.To * width;
        for (nint i = 0; i < TTransform.From; i++)
        {
            TTransform.Apply<TSimd, TVector, T>(
                in Unsafe.Add(ref Unsafe.AsRef(in from), i * fromRow), fromColumn, ref Unsafe.Add(ref between, i * row), width);
        }

        for (nint j = 0; j < TTransform.To; j++)
            TTransform.Apply<TSimd, TVector, T>(in Unsafe.Add(ref between, j * width), row, ref Unsafe.Add(ref to, j * toColumn), toRow);
    }

    /// <summary>Bᵀ x B.</summary>
    public readonly struct Input<TTile> : IWinogradTransform
        where TTile : IWinogradTile
    {
        public static int From => InputSize<TTile>();

        public static int To => InputSize<TTile>();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<TSimd, TVector, T>(ref readonly T from, nint fromStep, ref T to, nint toStep)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
            where T : unmanaged, IFloatingPointIeee754<T> => TTile.Input<TSimd, TVector, T>(in from, fromStep, ref to, toStep);
    }

    /// <summary>G w Gᵀ.</summary>
    public readonly struct Weights<TTile> : IWinogradTransform
        where TTile : IWinogradTile
    {
        public static int From => 3;

        public static int To => InputSize<TTile>();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<TSimd, TVector, T>(ref readonly T from, nint fromStep, ref T to, nint toStep)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
            where T : unmanaged, IFloatingPointIeee754<T> => TTile.Weights<TSimd, TVector, T>(in from, fromStep, ref to, toStep);
    }

    /// <summary>Aᵀ m A.</summary>
    public readonly struct Output<TTile> : IWinogradTransform
        where TTile : IWinogradTile
    {
        public static int From => InputSize<TTile>();

        public static int To => TTile.OutputSize;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<TSimd, TVector, T>(ref readonly T from, nint fromStep, ref T to, nint toStep)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
            where T : unmanaged, IFloatingPointIeee754<T> => TTile.Output<TSimd, TVector, T>(in from, fromStep, ref to, toStep);
    }

    /// <summary>A dy Aᵀ.</summary>
    public readonly struct OutputGradient<TTile> : IWinogradTransform
        where TTile : IWinogradTile
    {
        public static int From => TTile.OutputSize;

        public static int To => InputSize<TTile>();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<TSimd, TVector, T>(ref readonly T from, nint fromStep, ref T to, nint toStep)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
            where T : unmanaged, IFloatingPointIeee754<T> => TTile.OutputGradient<TSimd, TVector, T>(in from, fromStep, ref to, toStep);
    }

    /// <summary>Gᵀ s G, where s are products summed over tiles.</summary>
    public readonly struct WeightGradient<TTile> : IWinogradTransform
        where TTile : IWinogradTile
    {
        public static int From => InputSize<TTile>();

        public static int To => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<TSimd, TVector, T>(ref readonly T from, nint fromStep, ref T to, nint toStep)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
            where T : unmanaged, IFloatingPointIeee754<T> => TTile.WeightGradient<TSimd, TVector, T>(in from, fromStep, ref to, toStep);
    }
}
