using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using CommunityToolkit.HighPerformance;

namespace DeepSharp.Tensors;

// Spans over the tensor's memory for other libraries. They are valid until the tensor is disposed.
public sealed partial class Tensor<T>
{
    /// <summary>
    /// The elements as a writable .NET tensor span with logical lengths and strides. Increments <see cref="Version"/>.
    /// </summary>
    /// <remarks>.NET has no tensor spans of rank 0: a tensor of rank 0 becomes a span of rank 1 with one element.</remarks>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public TensorSpan<T> AsTensorSpan()
    {
        var (lengths, strides) = PlatformLayout();
        return new TensorSpan<T>(Write(), lengths, strides);
    }

    /// <summary>The elements as a .NET read-only tensor span with logical lengths and strides.</summary>
    /// <remarks>.NET has no tensor spans of rank 0: a tensor of rank 0 becomes a span of rank 1 with one element.</remarks>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public ReadOnlyTensorSpan<T> AsReadOnlyTensorSpan()
    {
        var (lengths, strides) = PlatformLayout();
        return new ReadOnlyTensorSpan<T>(Read(), lengths, strides);
    }

    /// <summary>A matrix [rows, columns] as a writable two-dimensional span. Increments <see cref="Version"/>.</summary>
    /// <exception cref="ShapeException">The rank is not 2.</exception>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public Span2D<T> AsSpan2D()
    {
        RequireRank(2, nameof(AsSpan2D));
        return Span2D<T>.DangerousCreate(ref MemoryMarshal.GetReference(Write()), Shape[0], Shape[1], pitch: 0);
    }

    /// <summary>A matrix [rows, columns] as a read-only two-dimensional span.</summary>
    /// <exception cref="ShapeException">The rank is not 2.</exception>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public ReadOnlySpan2D<T> AsReadOnlySpan2D()
    {
        RequireRank(2, nameof(AsReadOnlySpan2D));
        return ReadOnlySpan2D<T>.DangerousCreate(in MemoryMarshal.GetReference(Read()), Shape[0], Shape[1], pitch: 0);
    }

    /// <summary>
    /// Image <paramref name="n"/> of [N,C,H,W] as a writable span of H rows of W·C elements: pixel after pixel, with the channels of a
    /// pixel contiguous. Increments <see cref="Version"/>.
    /// </summary>
    /// <exception cref="ShapeException">The rank is not 4.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public Span2D<T> AsSpan2D(int n)
    {
        int offset = ImageOffset(n, nameof(AsSpan2D));
        return Span2D<T>.DangerousCreate(ref Write()[offset], Shape[2], Shape[3] * Shape[1], pitch: 0);
    }

    /// <summary>
    /// Image <paramref name="n"/> of [N,C,H,W] as a read-only span of H rows of W·C elements: pixel after pixel, with the channels of a
    /// pixel contiguous.
    /// </summary>
    /// <exception cref="ShapeException">The rank is not 4.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public ReadOnlySpan2D<T> AsReadOnlySpan2D(int n)
    {
        int offset = ImageOffset(n, nameof(AsReadOnlySpan2D));
        return ReadOnlySpan2D<T>.DangerousCreate(in Read()[offset], Shape[2], Shape[3] * Shape[1], pitch: 0);
    }

    private (nint[] Lengths, nint[] Strides) PlatformLayout()
    {
        if (Shape.Rank == 0) return ([1], [0]);
        int[] strides = StorageLayout.Strides(Shape);
        // .NET tensor spans require a stride of 0 where the length is 1.
        return (
            Array.ConvertAll(Shape.ToArray(), length => (nint)length),
            [.. strides.Select((stride, axis) => Shape[axis] == 1 ? 0 : (nint)stride)]);
    }

    private int ImageOffset(int n, string operation)
    {
        RequireRank(4, operation);
        if ((uint)n >= (uint)Shape[0]) throw new ArgumentOutOfRangeException(nameof(n), $"{operation}: {Shape} has no image {n}.");
        return n * StorageLayout.Strides(Shape)[0];
    }

    private void RequireRank(int rank, string operation)
    {
        if (Shape.Rank != rank) throw new ShapeException($"{operation}: expected a tensor of rank {rank}, found {Shape}.");
    }
}
