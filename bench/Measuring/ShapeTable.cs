using System.Globalization;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Measuring;

/// <summary>Reads the shape tables in <c>data/</c>. Each line contains a name and the numbers of a shape; # starts a comment.</summary>
public static class ShapeTable
{
    /// <summary>The convolutions in <c>data/conv-shapes.txt</c>, or in another table with the same columns.</summary>
    public static IEnumerable<NamedShape<ConvolutionShape>> Convolutions(string file = "conv-shapes.txt") => Read(file, 8, n =>
        ConvolutionShape.Of([n[0], n[1], n[3], n[4]], [n[2], n[1], n[5], n[5]], Window2d.Square(n[5], n[6], n[7])));

    /// <summary>The matrix products in <c>data/gemm-shapes.txt</c>.</summary>
    public static IEnumerable<NamedShape<(int M, int N, int K)>> Products() => Read("gemm-shapes.txt", 3, n => (n[0], n[1], n[2]));

    private static IEnumerable<NamedShape<T>> Read<T>(string file, int numbers, Func<int[], T> make)
    {
        string path = Path.Combine(Repository.Root, "data", file);
        foreach (string line in File.ReadLines(path))
        {
            string[] words = line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0) continue;
            if (words.Length != numbers + 1)
                throw new InvalidDataException($"{path}: expected a name and {numbers} numbers, found \"{line}\".");
            int[] values = [.. words.Skip(1).Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
            yield return new NamedShape<T>(words[0], make(values));
        }
    }
}

/// <summary>A shape, and its name in tables.</summary>
public sealed record NamedShape<T>(string Name, T Shape)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}
