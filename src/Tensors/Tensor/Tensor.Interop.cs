using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using CommunityToolkit.HighPerformance;

namespace DeepSharp.Tensors;

// Views for other libraries over the same memory: valid until the tensor is disposed.
public sealed partial class Tensor<T>
{
    /// <summary>
    /// The elements as the platform's tensor span, with logical lengths and strides, for writing. Raises <see cref="Version"/>.
    /// </summary>
    /// <remarks>The platform has no spans of rank 0: a scalar becomes a span of one element.</remarks>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public TensorSpan<T> AsTensorSpan()
    {
        var (lengths, strides) = PlatformLayout();
        return new TensorSpan<T>(Write(), lengths, strides);
    }

    /// <summary>The elements as the platform's read-only tensor span, with logical lengths and strides.</summary>
    /// <remarks>The platform has no spans of rank 0: a scalar becomes a span of one element.</remarks>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public ReadOnlyTensorSpan<T> AsReadOnlyTensorSpan()
    {
        var (lengths, strides) = PlatformLayout();
        return new ReadOnlyTensorSpan<T>(Read(), lengths, strides);
    }

    /// <summary>A matrix [rows, columns] as a two-dimensional span, for writing. Raises <see cref="Version"/>.</summary>
    /// <exception cref="ShapeException">The rank is not 2.</exception>
    public Span2D<T> AsSpan2D()
    {
        RequireRank(2, nameof(AsSpan2D));
        return Span2D<T>.DangerousCreate(ref MemoryMarshal.GetReference(Write()), Shape[0], Shape[1], pitch: 0);
    }

    /// <summary>A matrix [rows, columns] as a two-dimensional span.</summary>
    /// <exception cref="ShapeException">The rank is not 2.</exception>
    public ReadOnlySpan2D<T> AsReadOnlySpan2D()
    {
        RequireRank(2, nameof(AsReadOnlySpan2D));
        return ReadOnlySpan2D<T>.DangerousCreate(in MemoryMarshal.GetReference(Read()), Shape[0], Shape[1], pitch: 0);
    }

    /// <summary>
    /// Image <paramref name="n"/> of [N,C,H,W] as H rows of W·C elements, for writing: pixel after pixel, the channels of a pixel side by side.
    /// Raises <see cref="Version"/>.
    /// </summary>
    /// <exception cref="ShapeException">The rank is not 4.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public Span2D<T> AsSpan2D(int n)
    {
        int offset = ImageOffset(n, nameof(AsSpan2D));
        return Span2D<T>.DangerousCreate(ref Write()[offset], Shape[2], Shape[3] * Shape[1], pitch: 0);
    }

    /// <summary>
    /// Image <paramref name="n"/> of [N,C,H,W] as H rows of W·C elements: pixel after pixel, the channels of a pixel side by side.
    /// </summary>
    /// <exception cref="ShapeException">The rank is not 4.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public ReadOnlySpan2D<T> AsReadOnlySpan2D(int n)
    {
        int offset = ImageOffset(n, nameof(AsReadOnlySpan2D));
        return ReadOnlySpan2D<T>.DangerousCreate(in Read()[offset], Shape[2], Shape[3] * Shape[1], pitch: 0);
    }

    private (nint[] Lengths, nint[] Strides) PlatformLayout()
    {
        if (Shape.Rank == 0) return ([1], [0]);
        int[] strides = StorageLayout.Strides(Shape);
        // The platform wants a stride of 0 where the length is 1.
        return (Array.ConvertAll(Shape.ToArray(), length => (nint)length), [.. strides.Select((stride, axis) => Shape[axis] == 1 ? 0 : (nint)stride)]);
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
