using System.ComponentModel;
using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>A dense array of float or double values of rank 0 to 4. It owns its memory.</summary>
/// <remarks>
/// Logical shapes are those of PyTorch: images [N, C, H, W], convolution weights [O, I, kH, kW]. The indexer, <see cref="ToArray"/>,
/// <see cref="CopyTo"/>, <see cref="FromArray"/>, broadcasting and files use the row-major order of the logical shape. <see cref="Read"/>
/// and <see cref="Write"/> expose the storage order of <see cref="StorageLayout"/>. Tensors never share storage. <see cref="Dispose"/>
/// returns the memory to the context's pool; omitting the call costs speed but not correctness.
/// </remarks>
public sealed partial class Tensor<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly PooledMemory<T> memory;
    private readonly string origin;
    private IDeviceCopy<T>? deviceCopy;
    private bool hostIsStale;

    /// <summary>Creates a tensor with uninitialized elements.</summary>
    /// <param name="shape">The logical shape.</param>
    /// <param name="context">The context that the tensor belongs to; null for <see cref="ComputeContext.Default"/>.</param>
    /// <param name="origin">The operation that creates the tensor, named in errors about access after disposal.</param>
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

    /// <summary>The context that the tensor belongs to.</summary>
    public ComputeContext Context { get; }

    /// <summary>The number of elements.</summary>
    public int ElementCount => Shape.ElementCount;

    /// <summary>
    /// The number of write accesses so far, including those of a backend. A value derived from the elements is valid for one version only.
    /// </summary>
    public long Version { get; private set; }

    /// <summary>Whether <see cref="Dispose"/> was called.</summary>
    public bool IsDisposed => memory.IsDisposed;

    /// <summary>The elements in storage order; see <see cref="StorageLayout"/>.</summary>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public ReadOnlySpan<T> Read() => HostMemory().Span;

    /// <summary>The elements in storage order, for writing. Increments <see cref="Version"/>.</summary>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public Span<T> Write() => WriteMemory().Span;

    /// <summary>Like <see cref="Read"/>, as memory, which lambdas of parallel kernels can capture.</summary>
    public ReadOnlyMemory<T> ReadMemory() => HostMemory();

    /// <summary>Like <see cref="Write"/>, as memory, which lambdas of parallel kernels can capture.</summary>
    public Memory<T> WriteMemory()
    {
        var host = HostMemory();
        Version++;
        return host;
    }

    /// <summary>The backend's copy of the current version of this tensor; null if there is none.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public IDeviceCopy<T>? DeviceCopy => deviceCopy is not null && DeviceVersion == Version ? deviceCopy : null;

    private long DeviceVersion { get; set; }

    /// <summary>Attaches a backend's copy and disposes the previous one.</summary>
    /// <param name="copy">The copy. The tensor takes ownership of it.</param>
    /// <param name="hostIsStale">
    /// Whether the copy is newer than the host memory, so that the next access to the host memory must download it.
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

    /// <summary>
    /// Returns the memory to the pool, and disposes the device copy and the values cached by <see cref="Derive"/>. Disposing twice is
    /// harmless.
    /// </summary>
    public void Dispose()
    {
        deviceCopy?.Dispose();
        deviceCopy = null;
        DisposeDerived();
        memory.Dispose();
    }

    /// <summary>Throws unless both tensors belong to the same context.</summary>
    /// <exception cref="InvalidOperationException">The tensors belong to different contexts.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void RequireSameContext(Tensor<T> other, string operation)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!ReferenceEquals(Context, other.Context))
            throw new InvalidOperationException($"{operation}: the tensors belong to two compute contexts; create both with the same one.");
    }

    private Memory<T> OwnMemory() => memory.IsDisposed
        ? throw new ObjectDisposedException(nameof(Tensor<T>), $"This tensor {Shape}, created by {origin}, was disposed.")
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
