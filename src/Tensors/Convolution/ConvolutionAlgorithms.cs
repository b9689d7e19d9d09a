namespace DeepSharp.Tensors;

/// <summary>The list of convolution algorithms, in the order in which they are asked.</summary>
public static class ConvolutionAlgorithms
{
    /// <summary>All algorithms. Im2col can run everything and wins where none before it does; the last one is a reference.</summary>
    public static IReadOnlyList<ConvolutionAlgorithm> All { get; } =
    [
        new PointwiseConvolution(),
        new DenseConvolution(),
        new WinogradConvolution<Winograd4x4>(),
        new WinogradConvolution<Winograd2x2>(),
        new ImplicitGemmConvolution(),
        new Im2ColConvolution(),
        new DirectConvolution(),
    ];

    /// <summary>The algorithm with a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static ConvolutionAlgorithm Named(string name) => All.FirstOrDefault(algorithm => algorithm.Name == name)
        ?? throw new ArgumentException(
            $"Unknown convolution algorithm \"{name}\"; expected one of: {string.Join(", ", All.Select(algorithm => algorithm.Name))}.", nameof(name));

    /// <summary>The algorithm for a shape: the forced one where it can run, else the first that wins. A pure function of its arguments.</summary>
    /// <param name="shape">All lengths.</param>
    /// <param name="pass">Which of the three passes.</param>
    /// <param name="width">The width of the kernels' vectors.</param>
    /// <param name="forced">The algorithm that the user asked for, or null.</param>
    public static ConvolutionAlgorithm Choose(in ConvolutionShape shape, ConvolutionPass pass, VectorWidth width, ConvolutionAlgorithm? forced = null)
    {
        if (forced is not null && forced.CanRun(shape, pass)) return forced;
        foreach (var algorithm in All)
        {
            if (algorithm.CanRun(shape, pass) && algorithm.Wins(shape, pass, width)) return algorithm;
        }

        throw new InvalidOperationException($"No convolution algorithm runs {shape}.");
    }
}
