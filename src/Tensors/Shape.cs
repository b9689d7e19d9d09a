using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace DeepSharp.Tensors;

/// <summary>The logical lengths of a tensor of rank 0 to 4, outermost first: images are [N, C, H, W].</summary>
/// <remarks>Every length is at least 1. A collection expression creates a shape: <c>Shape s = [2, 3, 32, 32];</c></remarks>
[CollectionBuilder(typeof(Shape), nameof(Create))]
[SuppressMessage("Naming", "CA1710", Justification = "Implements IEnumerable only so that collection expressions work.")]
public readonly struct Shape : IEquatable<Shape>, IEnumerable<int>
{
    /// <summary>The highest rank a tensor can have.</summary>
    public const int MaxRank = 4;

    private readonly int d0, d1, d2, d3;

    /// <summary>Creates a shape from its lengths.</summary>
    /// <exception cref="ArgumentException">
    /// There are more than four lengths, a length is below 1, or the product of the lengths exceeds <see cref="Array.MaxLength"/>.
    /// </exception>
    public Shape(params ReadOnlySpan<int> lengths)
    {
        if (lengths.Length > MaxRank)
        {
            throw new ArgumentException(
                $"A tensor has at most {MaxRank} dimensions, found {lengths.Length}: [{string.Join(", ", lengths.ToArray())}].",
                nameof(lengths));
        }

        long count = 1;
        foreach (int length in lengths)
        {
            if (length < 1)
            {
                throw new ArgumentException(
                    $"Every dimension must be at least 1, found [{string.Join(", ", lengths.ToArray())}].", nameof(lengths));
            }

            count *= length;
            if (count > Array.MaxLength)
            {
                throw new ArgumentException(
                    $"A tensor holds at most {Array.MaxLength} elements, [{string.Join(", ", lengths.ToArray())}] has more.",
                    nameof(lengths));
            }
        }

        Rank = lengths.Length;
        ElementCount = (int)count;
        d0 = Rank > 0 ? lengths[0] : 1;
        d1 = Rank > 1 ? lengths[1] : 1;
        d2 = Rank > 2 ? lengths[2] : 1;
        d3 = Rank > 3 ? lengths[3] : 1;
    }

    /// <summary>The number of dimensions, 0 to 4.</summary>
    public int Rank { get; }

    /// <summary>The product of all lengths; 1 for rank 0.</summary>
    // default(Shape) is the shape of a scalar. Its backing field is 0, which stands for 1.
    public int ElementCount { get => field == 0 ? 1 : field; }

    /// <summary>
    /// Whether a tensor of this shape is stored as a matrix: [M, N], or [M, N, 1, 1], where row-major and channels-last order agree.
    /// </summary>
    internal bool IsMatrix => Rank == 2 || (Rank == 4 && d2 == 1 && d3 == 1);

    /// <summary>The length along <paramref name="axis"/>; a negative axis counts from the end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public int this[int axis] => Axis(axis) switch { 0 => d0, 1 => d1, 2 => d2, _ => d3 };

    /// <summary>Creates a shape; called by collection expressions.</summary>
    public static Shape Create(ReadOnlySpan<int> lengths) => new(lengths);

    /// <summary>Converts an axis, which may count from the end (−1 is the last axis), to its non-negative index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public int Axis(int axis)
    {
        int actual = axis < 0 ? axis + Rank : axis;
        if ((uint)actual >= (uint)Rank)
            throw new ArgumentOutOfRangeException(nameof(axis), $"Axis {axis} does not exist in {this}, which has {Rank} dimensions.");
        return actual;
    }

    /// <summary>A copy of this shape with one length replaced; a negative axis counts from the end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <exception cref="ArgumentException">The length is below 1, or the new shape has too many elements.</exception>
    public Shape With(int axis, int length)
    {
        int[] lengths = ToArray();
        lengths[Axis(axis)] = length;
        return new Shape(lengths);
    }

    /// <summary>The lengths as a new array.</summary>
    public int[] ToArray()
    {
        int[] lengths = new int[Rank];
        for (int i = 0; i < Rank; i++) lengths[i] = this[i];
        return lengths;
    }

    /// <summary>
    /// The broadcast shape of two operands by PyTorch's rule: shapes are aligned at the last axis, and axes of length 1 are stretched.
    /// </summary>
    /// <param name="operation">The operation to name in the error message.</param>
    /// <param name="left">The shape of the left operand.</param>
    /// <param name="right">The shape of the right operand.</param>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public static Shape Broadcast(string operation, Shape left, Shape right)
    {
        if (left == right) return left;
        int rank = Math.Max(left.Rank, right.Rank);
        Span<int> lengths = stackalloc int[rank];
        for (int i = 0; i < rank; i++)
        {
            int l = i < rank - left.Rank ? 1 : left[i - (rank - left.Rank)];
            int r = i < rank - right.Rank ? 1 : right[i - (rank - right.Rank)];
            if (l != r && l != 1 && r != 1)
            {
                throw new ShapeException(
                    $"{operation}: {left} and {right} do not broadcast: lengths {l} and {r} of axis {i - rank} must be equal or 1.");
            }

            lengths[i] = Math.Max(l, r);
        }

        return new Shape(lengths);
    }

    /// <inheritdoc/>
    public bool Equals(Shape other) => Rank == other.Rank && d0 == other.d0 && d1 == other.d1 && d2 == other.d2 && d3 == other.d3
        || (ElementCount == 1 && Rank == 0 && other.Rank == 0);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Rank == 0 ? 0 : HashCode.Combine(Rank, d0, d1, d2, d3);

    /// <summary>The lengths in brackets: <c>[2, 3, 32, 32]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", ToArray())}]";

    /// <summary>Enumerates the lengths, outermost first.</summary>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)ToArray()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether the ranks and all lengths are equal.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Whether the ranks or any lengths differ.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);
}
