namespace DeepSharp.Tensors.Tests.Convolution;

/// <summary>Counts the multiplications of the kernels, including transforms and padding: a measure of speed without a clock.</summary>
public sealed class MultiplicationCountTests : IDisposable
{
    // Large enough that the transforms are as small a fraction of the work as in training.
    private const int Tiles = 192, Channels = 64;

    // For each tile and pair of channels, F(4×4, 3×3) needs 36 multiplications instead of 144. The transforms add to this.
    private const double MaxWinogradRatio = 0.35;

    private readonly ComputeContext context = new(new ComputeOptions { Workers = 1, VectorWidth = VectorWidth.Scalar, FillWithNaN = true });

    public static TheoryData<int, ConvolutionPass> MapsAndPasses
    {
        get
        {
            var data = new TheoryData<int, ConvolutionPass>();
            foreach (int size in (int[])[32, 16, 8])
            {
                foreach (var pass in Enum.GetValues<ConvolutionPass>()) data.Add(size, pass);
            }

            return data;
        }
    }

    public void Dispose() => context.Dispose();

    [Theory]
    [MemberData(nameof(MapsAndPasses))]
    public void Winograd_does_about_a_quarter_of_the_multiplications(int size, ConvolutionPass pass)
    {
        var shape = ConvolutionShape.Of(
            [Tiles / (size / 4 * (size / 4)), Channels, size, size], [Channels, Channels, 3, 3], Window2d.Square(3, 1, 1));

        Assert.Equal("winograd-4x4", ConvolutionAlgorithms.Choose<float>(shape, pass, context.VectorWidth).Name);
        double ratio = (double)Count(context, shape, pass) / shape.Multiplications;
        // A ratio below 36 / 144 would mean that some multiplications are not counted.
        Assert.InRange(ratio, 0.25, MaxWinogradRatio);
    }

    [Theory]
    [InlineData(ConvolutionPass.Forward)]
    [InlineData(ConvolutionPass.InputGradient)]
    [InlineData(ConvolutionPass.WeightGradient)]
    public void Im2col_does_all_multiplications(ConvolutionPass pass)
    {
        using var forced = new ComputeContext(context.Options with { ConvolutionAlgorithm = "im2col" });
        var shape = ConvolutionShape.Of([4, Channels, 8, 8], [Channels, Channels, 3, 3], Window2d.Square(3, 1, 1));

        Assert.InRange((double)Count(forced, shape, pass) / shape.Multiplications, 1, 1.2);
    }

    private static long Count(ComputeContext context, ConvolutionShape shape, ConvolutionPass pass)
    {
        using var x = Tensor<float>.RandomNormal(shape.Input, new RandomStream(1, "x"), context: context);
        using var w = Tensor<float>.RandomNormal(shape.Weights, new RandomStream(1, "w"), context: context);
        using var dy = Tensor<float>.RandomNormal(shape.Output, new RandomStream(1, "dy"), context: context);
        using var expected = Run();
        Tensor<float>? counted = null;
        long multiplications = Multiplications.Of(() => counted = Run());
        // Bitwise equal results show that the counted kernels are the real ones.
        Assert.Equal(expected.ToArray(), counted!.ToArray());
        counted.Dispose();
        return multiplications;

        Tensor<float> Run() => pass switch
        {
            ConvolutionPass.Forward => context.Kernels.Convolution(x, w, null, shape.Window),
            ConvolutionPass.InputGradient => context.Kernels.ConvolutionInputGradient(dy, w, shape.Input, shape.Window),
            _ => context.Kernels.ConvolutionWeightGradient(x, dy, shape.Weights, shape.Window),
        };
    }
}
