using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>The convolution algorithms, and the rule that chooses one of them.</summary>
public static class ConvolutionAlgorithms
{
    private static readonly ConvolutionAlgorithm Pointwise = new PointwiseConvolution(), Dense = new DenseConvolution();
    private static readonly ConvolutionAlgorithm Winograd4 = new WinogradConvolution<Winograd4x4>();
    private static readonly ConvolutionAlgorithm Winograd2 = new WinogradConvolution<Winograd2x2>();
    private static readonly ConvolutionAlgorithm ImplicitGemm = new ImplicitGemmConvolution();
    private static readonly ConvolutionAlgorithm Im2Col = new Im2ColConvolution(), Direct = new DirectConvolution();

    /// <summary>All algorithms. The last two support every shape; the last one is the reference implementation.</summary>
    public static IReadOnlyList<ConvolutionAlgorithm> All { get; } = [Pointwise, Dense, Winograd4, Winograd2, ImplicitGemm, Im2Col, Direct];

    /// <summary>The algorithm with the given name.</summary>
    /// <exception cref="ArgumentException">No algorithm has this name.</exception>
    public static ConvolutionAlgorithm Named(string name) => All.FirstOrDefault(algorithm => algorithm.Name == name)
        ?? throw new ArgumentException(
            $"Unknown convolution algorithm \"{name}\"; expected one of: {string.Join(", ", All.Select(algorithm => algorithm.Name))}.",
            nameof(name));

    /// <summary>The algorithm for a shape: the forced one if it can run, else the one expected to be fastest.</summary>
    /// <remarks>The result depends only on the arguments.</remarks>
    /// <param name="shape">The dimensions.</param>
    /// <param name="pass">Which of the three passes.</param>
    /// <param name="width">The width of the SIMD vectors.</param>
    /// <param name="forced">The algorithm that the user selected, or null.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static ConvolutionAlgorithm Choose<T>(
        in ConvolutionShape shape, ConvolutionPass pass, VectorWidth width, ConvolutionAlgorithm? forced = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (forced is not null && forced.CanRun(shape, pass)) return forced;
        int outputMap = shape.OutputHeight * shape.OutputWidth, pixels = shape.N * outputMap;
        return pass switch
        {
            _ when Fits(Pointwise, shape, pass)
                && (pass != ConvolutionPass.WeightGradient || (long)shape.C * shape.K >= Tuning.PointwiseMinWeights) => Pointwise,
            _ when Fits(Dense, shape, pass) && IsSmall(shape) => Dense,
            _ when Fits(Winograd4, shape, pass) && HasChannels(shape) && pixels > Tuning.FewPixels => Winograd4,
            _ when Fits(Winograd2, shape, pass) && HasChannels(shape)
                && pixels is >= Tuning.WinogradMinPixels and <= Tuning.FewPixels => Winograd2,
            ConvolutionPass.Forward when outputMap >= Tuning.ImplicitGemmMinMap && pixels > Tuning.FewPixels => ImplicitGemm,
            ConvolutionPass.InputGradient when Fits(ImplicitGemm, shape, pass) && shape.H * shape.W >= Tuning.ImplicitGemmMinMap
                && FillsPanels(shape.C, SimdDispatch.Lanes<T>(width)) => ImplicitGemm,
            ConvolutionPass.WeightGradient when outputMap >= Tuning.ImplicitGemmMinMap
                && (long)shape.PatchLength * shape.K <= Tuning.ImplicitGemmMaxWeights => ImplicitGemm,
            _ => Im2Col,
        };
    }

    private static bool Fits(ConvolutionAlgorithm algorithm, in ConvolutionShape shape, ConvolutionPass pass) =>
        algorithm.CanRun(shape, pass);

    private static bool HasChannels(in ConvolutionShape s) => Math.Min(s.C, s.K) >= Tuning.WinogradMinChannels;

    // A map with fewer pixels than the window: every window that im2col would copy contains padding.
    private static bool IsSmall(in ConvolutionShape s) =>
        s.N >= Tuning.DenseMinBatch && s.H * s.W < s.Window.Height * s.Window.Width && s.H * s.W <= Tuning.DenseMaxMap
        && s.Window.Height * s.Window.Width <= Tuning.DenseMaxTaps;

    // Whether the weight panels are at least three quarters full. Their columns are the channels of the result.
    private static bool FillsPanels(int channels, int lanes) => channels * 4 >= Packing.RoundUp(channels, MicroKernel.Vectors * lanes) * 3;
}
