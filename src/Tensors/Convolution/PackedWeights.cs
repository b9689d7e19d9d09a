using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// The weights of a convolution, [K, kH·kW·C], packed in panels [panel][kH·kW·C][2 vectors of output channels]. The micro-kernel reads a
/// panel from front to back.
/// </summary>
internal readonly struct PackedWeights<T>(PooledMemory<T> packed, bool isCached) : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The panels.</summary>
    public ReadOnlyMemory<T> Memory => packed.Memory;

    /// <summary>Packs weights, or returns the cached result.</summary>
    /// <param name="shape">The dimensions of the convolution.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="cache">Whether the result is cached until the weights change.</param>
    public static PackedWeights<T> Of(ConvolutionShape shape, Tensor<T> weights, bool cache)
    {
        return new(cache ? weights.Derive(typeof(PackedWeights<T>), Pack) : Pack(weights), cache);

        PooledMemory<T> Pack(Tensor<T> w) =>
            Packing.Panels(w.Context, MatrixView<T>.RowMajor(w.ReadMemory(), shape.K, shape.PatchLength).Transposed);
    }

    /// <summary>Returns the memory to the pool, unless it is cached.</summary>
    public void Dispose()
    {
        if (!isCached) packed.Dispose();
    }
}
