namespace DeepSharp.Tensors;

public sealed partial class Tensor<T>
{
    /// <summary>A tensor of zeros.</summary>
    public static Tensor<T> Zeros(Shape shape, ComputeContext? context = null) => Full(shape, T.Zero, context);

    /// <summary>A tensor of ones.</summary>
    public static Tensor<T> Ones(Shape shape, ComputeContext? context = null) => Full(shape, T.One, context);

    /// <summary>A tensor whose elements are all <paramref name="value"/>.</summary>
    public static Tensor<T> Full(Shape shape, T value, ComputeContext? context = null)
    {
        var tensor = new Tensor<T>(shape, context, nameof(Full));
        tensor.Write().Fill(value);
        return tensor;
    }

    /// <summary>A tensor of rank 0 with one element.</summary>
    public static Tensor<T> Scalar(T value, ComputeContext? context = null) => Full([], value, context);

    /// <summary>A tensor with a copy of elements given in logical row-major order.</summary>
    /// <exception cref="ShapeException">The number of elements differs from that of the shape.</exception>
    public static Tensor<T> FromArray(ReadOnlySpan<T> elements, Shape shape, ComputeContext? context = null)
    {
        if (elements.Length != shape.ElementCount)
            throw new ShapeException($"FromArray: {shape} has {shape.ElementCount} elements, {elements.Length} were given.");
        var tensor = new Tensor<T>(shape, context, nameof(FromArray));
        StorageLayout.ToStorage(shape, elements, tensor.Write());
        return tensor;
    }

    /// <summary>
    /// Normally distributed elements with the given mean and standard deviation. The element with logical row-major index i is
    /// mean + deviation · <see cref="RandomStream.Normal"/>(i).
    /// </summary>
    public static Tensor<T> RandomNormal(
        Shape shape, RandomStream stream, double mean = 0, double deviation = 1, ComputeContext? context = null) =>
        FromStream(shape, i => mean + (deviation * stream.Normal(i)), context, nameof(RandomNormal));

    /// <summary>
    /// Elements uniformly distributed from <paramref name="low"/> to below <paramref name="high"/>, or all equal to low if both are equal.
    /// The element with logical row-major index i is low + (high − low) · <see cref="RandomStream.Uniform"/>(i), or the largest number
    /// below high if that is rounded up to high.
    /// </summary>
    /// <exception cref="ArgumentException">There is no number from low to below high.</exception>
    public static Tensor<T> RandomUniform(
        Shape shape, RandomStream stream, double low = 0, double high = 1, ComputeContext? context = null)
    {
        T bound = T.CreateTruncating(high), last = T.BitDecrement(bound), first = T.CreateTruncating(low);
        // The bound may have been rounded down to a number that is still below high.
        if (low == high || double.CreateTruncating(bound) < high) last = bound;
        if (!(first <= last) || !double.IsFinite(high - low))
            throw new ArgumentException($"RandomUniform: expected low below high, both finite, found {low} and {high}.", nameof(high));
        return FromStream(shape, i => low + ((high - low) * stream.Uniform(i)), context, nameof(RandomUniform), last);
    }

    /// <summary>A copy of the tensor, with its own memory.</summary>
    public Tensor<T> Clone()
    {
        var copy = new Tensor<T>(Shape, Context, nameof(Clone));
        Read().CopyTo(copy.Write());
        return copy;
    }

    private static Tensor<T> FromStream(Shape shape, Func<long, double> sample, ComputeContext? context, string origin, T? max = null)
    {
        var tensor = new Tensor<T>(shape, context, origin);
        bool inPlace = StorageLayout.IsRowMajor(shape);
        using var scratch = inPlace ? null : tensor.Context.Pool.Rent<T>(shape.ElementCount);
        var logical = scratch?.Memory ?? tensor.WriteMemory();
        tensor.Context.Workers.Run(shape.ElementCount, Tuning.BlockElements, (from, count) =>
        {
            var block = logical.Span.Slice(from, count);
            for (int i = 0; i < count; i++) block[i] = T.CreateTruncating(sample(from + i));
            if (max is { } last) System.Numerics.Tensors.TensorPrimitives.Min(block, last, block);
        });
        if (!inPlace) StorageLayout.ToStorage(shape, logical.Span, tensor.Write());
        return tensor;
    }
}
