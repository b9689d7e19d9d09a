using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// One of Winograd's minimal filtering algorithms F(m×m, 3×3) (Lavin &amp; Gray, arXiv 1509.09308). A tile of m×m outputs is computed
/// from t×t inputs, t = m + 2, with t² instead of 9·m² multiplications for each pair of an input and an output channel.
/// </summary>
/// <remarks>
/// With the matrices Bᵀ (t×t), G (t×3) and Aᵀ (m×t), each applied to the rows and then to the columns of a tile:
/// <code>
/// forward           y  = Aᵀ [ (G w Gᵀ) ⊙ (Bᵀ x B) ] A           summed over input channels before the outer transform
/// weight gradient   dw = Gᵀ [ (A dy Aᵀ) ⊙ (Bᵀ x B) ] G          summed over tiles before the outer transform
/// </code>
/// The t² elements of a transformed tile, or t of a transformed row, are its points. The methods are the one-dimensional transforms. Each
/// reads vectors that are <c>fromStep</c> elements apart and writes vectors that are <c>toStep</c> elements apart. Lanes are channels.
/// </remarks>
internal interface IWinogradTile
{
    /// <summary>m, the number of outputs along a side of a tile.</summary>
    static abstract int OutputSize { get; }

    /// <summary>The name of the algorithm.</summary>
    static abstract string Name { get; }

    /// <summary>Bᵀ: t inputs to t points.</summary>
    static abstract void Input<TSimd, TVector, T>(ref readonly T from, nint fromStep, ref T to, nint toStep)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>G: 3 weights to t points.</summary>
    static abstract void Weights<TSimd, TVector, T>(ref readonly T from, nint fromStep, ref T to, nint toStep)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Aᵀ: t points to m outputs.</summary>
    static abstract void Output<TSimd, TVector, T>(ref readonly T from, nint fromStep, ref T to, nint toStep)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>A: the gradients of m outputs to t points.</summary>
    static abstract void OutputGradient<TSimd, TVector, T>(ref readonly T from, nint fromStep, ref T to, nint toStep)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Gᵀ: t points to the gradients of 3 weights.</summary>
    static abstract void WeightGradient<TSimd, TVector, T>(ref readonly T from, nint fromStep, ref T to, nint toStep)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IFloatingPointIeee754<T>;
}
