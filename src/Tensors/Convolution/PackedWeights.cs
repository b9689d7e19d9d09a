using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>The weights of a convolution [K, kH·kW·C] in panels [panel][depth][2 vectors], which the micro-kernel reads from front to back.</summary>
internal readonly struct PackedWeights<T>(PooledMemory<T> packed, bool isKept) : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The panels.</summary>
    public ReadOnlyMemory<T> Memory => packed.Memory;

    /// <summary>Packs weights.</summary>
    /// <param name="shape">All lengths.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="keep">Whether the result is kept with the weights until they change.</param>
    public static PackedWeights<T> Of(ConvolutionShape shape, Tensor<T> weights, bool keep)
    {
        return new(keep ? weights.Derive(typeof(PackedWeights<T>), Pack) : Pack(weights), keep);

        PooledMemory<T> Pack(Tensor<T> w) => Packing.Panels(w.Context, MatrixView<T>.RowMajor(w.ReadMemory(), shape.K, shape.PatchLength).Transposed);
    }

    /// <summary>Gives the memory back, unless it is kept.</summary>
    public void Dispose()
    {
        if (!isKept) packed.Dispose();
    }
}
