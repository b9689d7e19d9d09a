using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>A backend's copy of a tensor in the memory of a device.</summary>
public interface IDeviceCopy<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Copies all elements to <paramref name="host"/>, in storage order.</summary>
    void Download(Span<T> host);
}
