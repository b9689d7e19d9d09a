using DeepSharp.Tensors;

namespace DeepSharp.Testing;

/// <summary>Generates random tensors, some of them away from kinks, poles or ties. Each call uses a new random stream.</summary>
/// <param name="seed">The seed. The same seed and the same order of calls give the same values.</param>
/// <param name="context">The context of the tensors; null for <see cref="ComputeContext.Default"/>.</param>
public sealed class TestValues(long seed, ComputeContext? context = null)
{
    /// <summary>The default distance of values from kinks. A gradient check changes values by only about 10⁻⁵.</summary>
    public const double Distance = 1e-3;

    private int draws;

    /// <summary>Standard normal values.</summary>
    public Tensor<double> Normal(Shape shape) => Make(shape, (stream, i) => stream.Normal(i));

    /// <summary>Values uniform on [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public Tensor<double> Uniform(Shape shape, double low, double high) =>
        Make(shape, (stream, i) => low + ((high - low) * stream.Uniform(i)));

    /// <summary>Positive and negative values that are at least <paramref name="distance"/> away from 0, the kink of ReLU.</summary>
    public Tensor<double> AwayFromZero(Shape shape, double distance = Distance) =>
        Make(shape, (stream, i) => stream.Normal(i) is var x && x < 0 ? x - distance : x + distance);

    /// <summary>Values of at least <paramref name="smallest"/>, for the arguments of logarithms and roots and for divisors.</summary>
    public Tensor<double> Positive(Shape shape, double smallest = 0.2) =>
        Make(shape, (stream, i) => smallest + Math.Abs(stream.Normal(i)));

    /// <summary>Values that differ by at least 0.01 from each other, so that a maximum has no ties.</summary>
    public Tensor<double> Distinct(Shape shape) => Distinct([shape])[0];

    /// <summary>Several tensors. All elements, within a tensor and across tensors, differ by at least 0.01 from each other.</summary>
    public Tensor<double>[] Distinct(params Shape[] shapes)
    {
        var stream = NextStream();
        // A random permutation of points 0.02 apart, each shifted by less than 0.01.
        int[] order = stream.Permutation(shapes.Sum(shape => shape.ElementCount));
        double Value(int i) => (0.02 * (order[i] - (order.Length / 2))) + (0.01 * stream.At(0, 1).Uniform(i));
        int first = 0;
        return Array.ConvertAll(shapes, shape =>
        {
            double[] elements = [.. Enumerable.Range(first, shape.ElementCount).Select(Value)];
            first += elements.Length;
            return Tensor<double>.FromArray(elements, shape, context);
        });
    }

    private Tensor<double> Make(Shape shape, Func<RandomStream, int, double> draw)
    {
        var stream = NextStream();
        return Tensor<double>.FromArray([.. Enumerable.Range(0, shape.ElementCount).Select(i => draw(stream, i))], shape, context);
    }

    private RandomStream NextStream() => new(seed, $"test values {draws++}");
}
