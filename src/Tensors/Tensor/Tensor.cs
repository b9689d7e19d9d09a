using System.ComponentModel;
using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>A dense array of rank 0 to 4 of float or double, which owns its memory.</summary>
/// <remarks>
/// Logical shapes are PyTorch's: images [N, C, H, W], convolution weights [O, I, kH, kW]. Everything logical (indexer, <see cref="ToArray"/>,
/// <see cref="CopyTo"/>, <see cref="FromArray"/>, broadcasting, files) speaks row-major order of that shape; only <see cref="Read"/> and
/// <see cref="Write"/> show the storage order of <see cref="StorageLayout"/>. Tensors never share storage. <see cref="Dispose"/> returns the memory to the
/// context's pool; a missing call costs speed, never correctness.
/// </remarks>
public sealed partial class Tensor<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly PooledMemory<T> memory;
    private readonly string origin;
    private IDeviceCopy<T>? deviceCopy;
    private bool hostIsStale;

    /// <summary>A tensor whose elements are arbitrary until written.</summary>
    /// <param name="shape">The logical shape.</param>
    /// <param name="context">Where it lives; null for <see cref="ComputeContext.Default"/>.</param>
    /// <param name="origin">The operation that makes it, named by the error of a later access to a disposed tensor.</param>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public Tensor(Shape shape, ComputeContext? context = null, string origin = "new Tensor")
    {
        ElementType.Require<T>();
        Shape = shape;
        Context = context ?? ComputeContext.Default;
        this.origin = origin;
        memory = Context.Pool.Rent<T>(shape.ElementCount);
    }

    /// <summary>The logical shape.</summary>
    public Shape Shape { get; }

    /// <summary>The context it belongs to.</summary>
    public ComputeContext Context { get; }

    /// <summary>The number of elements.</summary>
    public int ElementCount => Shape.ElementCount;

    /// <summary>Counts the writes. Whatever is derived from the elements is valid for one version.</summary>
    public long Version { get; private set; }

    /// <summary>Whether <see cref="Dispose"/> was called.</summary>
    public bool IsDisposed => memory.IsDisposed;

    /// <summary>The elements in storage order, see <see cref="StorageLayout"/>.</summary>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public ReadOnlySpan<T> Read() => HostMemory().Span;

    /// <summary>The elements in storage order, for writing. Raises <see cref="Version"/>.</summary>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public Span<T> Write() => WriteMemory().Span;

    /// <summary>As <see cref="Read"/>, in a form that a block of a parallel kernel can capture.</summary>
    public ReadOnlyMemory<T> ReadMemory() => HostMemory();

    /// <summary>As <see cref="Write"/>, in a form that a block of a parallel kernel can capture.</summary>
    public Memory<T> WriteMemory()
    {
        var host = HostMemory();
        Version++;
        return host;
    }

    /// <summary>A backend's copy of the present version of this tensor, if it keeps one.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public IDeviceCopy<T>? DeviceCopy => deviceCopy is not null && DeviceVersion == Version ? deviceCopy : null;

    private long DeviceVersion { get; set; }

    /// <summary>Attaches a backend's copy.</summary>
    /// <param name="copy">The copy; the tensor owns it from now on.</param>
    /// <param name="hostIsStale">
    /// Whether the copy is newer than the host's memory, so that the next <see cref="Read"/> must download it.
    /// </param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AttachDeviceCopy(IDeviceCopy<T> copy, bool hostIsStale)
    {
        ArgumentNullException.ThrowIfNull(copy);
        _ = OwnMemory();
        if (!ReferenceEquals(copy, deviceCopy)) deviceCopy?.Dispose();
        deviceCopy = copy;
        this.hostIsStale = hostIsStale;
        if (hostIsStale) Version++;
        DeviceVersion = Version;
    }

    /// <summary>Returns the memory to the pool. Disposing twice is harmless.</summary>
    public void Dispose()
    {
        deviceCopy?.Dispose();
        deviceCopy = null;
        DisposeDerived();
        memory.Dispose();
    }

    /// <summary>Throws unless both tensors live in the same context.</summary>
    /// <exception cref="InvalidOperationException">They do not.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void RequireSameContext(Tensor<T> other, string operation)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!ReferenceEquals(Context, other.Context))
            throw new InvalidOperationException($"{operation}: the tensors belong to two compute contexts; create both with the same one.");
    }

    private Memory<T> OwnMemory() => memory.IsDisposed
        ? throw new ObjectDisposedException(nameof(Tensor<T>), $"This tensor {Shape}, made by {origin}, was disposed.")
        : memory.Memory;

    private Memory<T> HostMemory()
    {
        var host = OwnMemory();
        if (hostIsStale)
        {
            deviceCopy!.Download(host.Span);
            hostIsStale = false;
        }

        return host;
    }
}
