using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests.Convolution;

public class ConvolutionTests
{
    public static TheoryData<string, VectorWidth> AlgorithmsAndWidths
    {
        get
        {
            var data = new TheoryData<string, VectorWidth>();
            foreach (var algorithm in ConvolutionAlgorithms.All)
            {
                foreach (var width in Enum.GetValues<VectorWidth>()) data.Add(algorithm.Name, width);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(AlgorithmsAndWidths))]
    public void Every_pass_equals_the_double_reference_in_float(string algorithm, VectorWidth width) =>
        CheckEveryPass<float>(algorithm, width, 40);

    [Theory]
    [MemberData(nameof(AlgorithmsAndWidths))]
    public void Every_pass_equals_the_double_reference_in_double(string algorithm, VectorWidth width) =>
        CheckEveryPass<double>(algorithm, width, 15);

    [Theory]
    [InlineData("winograd-4x4")]
    [InlineData("winograd-2x2")]
    [InlineData("im2col")]
    [InlineData("implicit-gemm")]
    public void Equals_the_double_reference_across_blocks_of_channels_and_tiles(string algorithm)
    {
        Check<float>(algorithm, VectorWidths.Widest, new Sample(2, 130, 9, 13, 137, 3, 3, 1, 1, 7));
        Check<float>(algorithm, VectorWidths.Widest, new Sample(1, 300, 5, 4, 330, 3, 3, 1, 1, 8));
        Check<float>(algorithm, VectorWidths.Widest, new Sample(9, 17, 30, 21, 20, 3, 3, 1, 1, 9));
        // In winograd-4x4, more than 12 MiB of transformed weights and few tiles: each task computes a panel of output channels and, unless
        // the transformed weights are cached, transforms its weights 64 input channels at a time.
        Check<float>(algorithm, VectorWidths.Widest, new Sample(15, 310, 4, 3, 290, 3, 3, 1, 1, 10));
        // Padding makes the output taller than the input: winograd-2x2 has two rows of tiles for one input row.
        Check<float>(algorithm, VectorWidths.Widest, new Sample(2, 8, 1, 7, 10, 3, 3, 1, 2, 11));
    }

    [Fact]
    public void A_sum_larger_than_4_GiB_is_not_split()
    {
        // 36 · 5388 · 5536 floats are 4 GiB + 254 KiB. A 32-bit byte count would overflow to 254 KiB, and the sum would be split.
        var shape = ConvolutionShape.Of([64, 5536, 8, 8], [5388, 5536, 3, 3], Window2d.Square(3, 1, 1));
        var operands = new WinogradGradientOperands<float>(
            WinogradPlan.Forward<float>(shape, outputSize: 4, VectorWidth.Bits512), default, default);
        Assert.True((long)operands.SumElements * sizeof(float) > uint.MaxValue);
        Assert.Equal(1, Parts(operands));
        var few = ConvolutionShape.Of([64, 64, 8, 8], [64, 64, 3, 3], Window2d.Square(3, 1, 1));
        Assert.Equal(4, Parts(new(WinogradPlan.Forward<float>(few, outputSize: 4, VectorWidth.Bits512), default, default)));

        static int Parts(WinogradGradientOperands<float> operands) =>
            SplitSum<float>.Cut(operands.SumElements, operands.TileBlocks, Tuning.WinogradMaxParts, Tuning.WinogradMaxPartsBytes).Parts;
    }

    [Fact]
    public void Dense_algorithm_equals_the_double_reference_across_its_blocks()
    {
        Check<float>("dense", VectorWidths.Widest, new Sample(13, 200, 2, 2, 210, 3, 3, 1, 1, 11));
        Check<float>("dense", VectorWidths.Widest, new Sample(400, 5, 2, 1, 100, 3, 3, 1, 1, 12));
    }

    [Theory]
    [InlineData(5, 4, "winograd-4x4")]
    [InlineData(1, 4, "im2col")]
    [InlineData(1, 5, "winograd-2x2")]
    [InlineData(1, 8, "winograd-2x2")]
    [InlineData(1, 9, "winograd-4x4")]
    [InlineData(7, 2, "winograd-2x2")]
    [InlineData(8, 2, "dense")]
    public void The_number_of_pixels_decides_the_algorithm(int n, int side, string expected)
    {
        var shape = ConvolutionShape.Of([n, 64, side, side], [64, 64, 3, 3], Window2d.Square(3, 1, 1));
        Assert.Equal(expected, ConvolutionAlgorithms.Choose<float>(shape, ConvolutionPass.Forward, VectorWidth.Bits256).Name);
    }

    [Fact]
    public void Weights_of_another_context_are_rejected()
    {
        using ComputeContext narrow = new(new ComputeOptions { VectorWidth = VectorWidth.Bits128 }),
            wide = new(new ComputeOptions { VectorWidth = VectorWidths.Widest });
        using var x = Tensor<float>.Zeros([1, 8, 6, 6], narrow);
        using var w = Tensor<float>.Zeros([8, 8, 3, 3], wide);
        Assert.Throws<InvalidOperationException>(() => narrow.Kernels.Convolution(x, w, null, Window2d.Square(3, 1, 1)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Adds_the_bias_and_applies_ReLU(bool relu)
    {
        foreach (var algorithm in ConvolutionAlgorithms.All)
        {
            using var context = new ComputeContext(new ComputeOptions { ConvolutionAlgorithm = algorithm.Name, FillWithNaN = true });
            int kernel = algorithm.Name == "pointwise" ? 1 : 3;
            using var x = Tensor<float>.RandomNormal([2, 19, 6, 5], new RandomStream(1, "x"), context: context);
            using var w = Tensor<float>.RandomNormal([21, 19, kernel, kernel], new RandomStream(1, "w"), context: context);
            using var bias = Tensor<float>.RandomNormal([21], new RandomStream(1, "b"), context: context);
            var window = Window2d.Square(kernel, 1, kernel / 2);
            using var plain = context.Kernels.Convolution(x, w, null, window);
            using var full = context.Kernels.Convolution(x, w, bias, window, relu ? ConvolutionOptions.Relu : ConvolutionOptions.None);
            float[] before = plain.ToArray(), shift = bias.ToArray(), after = full.ToArray();
            for (int i = 0; i < after.Length; i++)
            {
                float expected = before[i] + shift[i / 30 % 21];
                Assert.Equal(relu ? Math.Max(expected, 0) : expected, after[i]);
            }
        }
    }

    [Fact]
    public void Cached_transformed_weights_are_recomputed_when_the_weights_change()
    {
        using var context = new ComputeContext(
            new ComputeOptions { Workers = 1, ConvolutionAlgorithm = "winograd-4x4", FillWithNaN = true });
        using var x = Tensor<float>.RandomNormal([1, 16, 8, 8], new RandomStream(1, "x"), context: context);
        using var w = Tensor<float>.RandomNormal([16, 16, 3, 3], new RandomStream(1, "w"), context: context);
        var window = Window2d.Square(3, 1, 1);
        using var first = context.Kernels.Convolution(x, w, null, window, ConvolutionOptions.CacheWeights);
        long firstRents = context.Pool.Misses + context.Pool.Hits;
        using var again = context.Kernels.Convolution(x, w, null, window, ConvolutionOptions.CacheWeights);
        Assert.Equal(first.ToArray(), again.ToArray());
        // The second call rents an output and scratch memory again, but no transformed weights.
        Assert.InRange(context.Pool.Misses + context.Pool.Hits - firstRents, 1, firstRents - 1);

        foreach (ref float value in w.Write()) value *= 2;
        using var doubled = context.Kernels.Convolution(x, w, null, window, ConvolutionOptions.CacheWeights);
        Assert.Equal(first.ToArray().Select(v => 2 * v), doubled.ToArray());
    }

    [Fact]
    public void Errors_name_mismatched_channels()
    {
        var error = Assert.Throws<ShapeException>(() => ConvolutionShape.Of([8, 3, 32, 32], [64, 4, 3, 3], Window2d.Square(3, 1, 1)));
        Assert.Equal("Conv2d: input [8, 3, 32, 32] has 3 channels, weight [64, 4, 3, 3] expects 4.", error.Message);
    }

    [Theory]
    [InlineData(1, 6)]
    [InlineData(3, 2)]
    public void Errors_name_the_unsupported_number_of_groups(int weightChannels, int groups)
    {
        var error = Assert.Throws<ShapeException>(
            () => ConvolutionShape.Of([2, 6, 8, 8], [4, weightChannels, 3, 3], Window2d.Square(3, 1, 1)));
        Assert.Contains(
            $"{groups} groups; groups are not supported, expected weight [4, 6, 3, 3]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_window_that_differs_from_the_weights_is_an_error()
    {
        var error = Assert.Throws<ShapeException>(() => ConvolutionShape.Of([2, 6, 8, 8], [4, 6, 3, 5], Window2d.Square(3, 1)));
        Assert.Contains("weight [4, 6, 3, 5] has a kernel of 3×5, the window is 3×3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_name_an_invalid_stride_or_padding()
    {
        foreach (var window in (Window2d[])[new(3, 3, 1, 0), new(3, 3, 1, 1, -1, 0)])
        {
            var error = Assert.Throws<ArgumentOutOfRangeException>("window", () => ConvolutionShape.Of([2, 6, 8, 8], [4, 6, 3, 3], window));
            Assert.StartsWith("Conv2d: ", error.Message, StringComparison.Ordinal);
            Assert.Contains(window.ToString(), error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_shape_prints_its_lengths_stride_and_padding()
    {
        var shape = ConvolutionShape.Of([8, 3, 32, 32], [64, 3, 3, 3], new Window2d(3, 3, 2, 1, 1, 0));
        Assert.Equal("[8, 3, 32, 32] ⋆ [64, 3, 3, 3] = [8, 64, 16, 30], stride 2×1, padding 1×0", shape.ToString());
    }

    [Fact]
    public void A_kernel_larger_than_the_image_is_an_error() =>
        Assert.Throws<ShapeException>(() => ConvolutionShape.Of([1, 1, 2, 2], [1, 1, 5, 5], Window2d.Square(5, 1, 1)));

    [Fact]
    public void An_unknown_algorithm_is_an_error_that_lists_the_known_ones()
    {
        var error = Assert.Throws<ArgumentException>(() => new ComputeContext(new ComputeOptions { ConvolutionAlgorithm = "fft" }));
        Assert.Contains("winograd-4x4", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, VectorWidth> ProductsAndWidths
    {
        get
        {
            var data = new TheoryData<string, VectorWidth>();
            foreach (string algorithm in (string[])["implicit-gemm", "im2col"])
            {
                foreach (var width in Enum.GetValues<VectorWidth>()) data.Add(algorithm, width);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(ProductsAndWidths))]
    public void Few_channels_and_wide_maps_equal_the_double_reference(string algorithm, VectorWidth width)
    {
        // Covers tiles that continue from one row of pixels to the next, blocks of rows of one image, blocks of whole images, and tasks
        // that end in the middle of a tile.
        var side = Gen.Choose(7, 29);
        var samples = from n in Gen.Frequency((4, Gen.Choose(1, 3)), (1, Gen.Constant(17)))
                      from c in Gen.Choose(1, 4)
                      from k in Gen.Choose(1, n > 3 ? 9 : 40)
                      from h in side
                      from w in side
                      from kernel in Gen.Choose(1, 7).Two()
                      from stride in Gen.Choose(1, 3)
                      from padding in Gen.Choose(0, 3)
                      from seed in Gen.Choose(0, 1000)
                      select new Sample(n, c, h, w, k, kernel.Item1, kernel.Item2, stride, padding, seed);
        Prop.ForAll(samples.ToArbitrary(), sample => Check<float>(algorithm, width, sample)).Check(PropertyConfig.Of(10));
    }

    [Fact]
    public void Large_images_equal_the_double_reference_across_tasks_and_blocks()
    {
        Check<float>("implicit-gemm", VectorWidths.Widest, new Sample(1, 3, 43, 70, 33, 3, 3, 1, 1, 13));
        Check<float>("im2col", VectorWidths.Widest, new Sample(16, 2, 90, 83, 3, 3, 3, 1, 1, 14));
        Check<float>("im2col", VectorWidths.Widest, new Sample(1, 40, 21, 24, 230, 5, 5, 2, 2, 15));
    }

    [Theory]
    [InlineData(3, 64, 32, 3, 1, ConvolutionPass.Forward, "implicit-gemm")]
    [InlineData(3, 64, 32, 3, 1, ConvolutionPass.InputGradient, "im2col")]
    [InlineData(3, 64, 32, 3, 1, ConvolutionPass.WeightGradient, "implicit-gemm")]
    [InlineData(256, 64, 28, 1, 0, ConvolutionPass.Forward, "pointwise")]
    [InlineData(256, 64, 28, 1, 0, ConvolutionPass.InputGradient, "pointwise")]
    [InlineData(256, 64, 28, 1, 0, ConvolutionPass.WeightGradient, "implicit-gemm")]
    [InlineData(512, 512, 7, 1, 0, ConvolutionPass.WeightGradient, "pointwise")]
    [InlineData(64, 64, 28, 5, 2, ConvolutionPass.InputGradient, "implicit-gemm")]
    [InlineData(64, 64, 5, 5, 2, ConvolutionPass.Forward, "im2col")]
    public void Shape_and_pass_decide_the_algorithm(
        int c, int k, int side, int kernel, int padding, ConvolutionPass pass, string expected)
    {
        var shape = ConvolutionShape.Of([32, c, side, side], [k, c, kernel, kernel], Window2d.Square(kernel, 1, padding));
        Assert.Equal(expected, ConvolutionAlgorithms.Choose<float>(shape, pass, VectorWidth.Bits512).Name);
    }

    private static void CheckEveryPass<T>(string algorithm, VectorWidth width, int count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // The dense algorithm is for small maps: its products grow with the square of the map size.
        var side = Gen.Choose(1, algorithm == "dense" ? 3 : 11);
        bool threeByThree = algorithm.StartsWith("winograd", StringComparison.Ordinal), pointwise = algorithm == "pointwise";
        var channels = Gen.Frequency((4, Gen.Choose(1, 20)), (1, Gen.Elements(1, 3, 17, 33, 64, 130)));
        var samples = from n in Gen.Choose(1, 3)
                      from c in channels
                      from k in channels
                      from h in side
                      from w in side
                      from kernel in Gen.Choose(1, 5).Two()
                      from stride in Gen.Choose(1, 3)
                      from padding in Gen.Choose(0, 2)
                      from seed in Gen.Choose(0, 1000)
                      let kh = threeByThree ? 3 : pointwise ? 1 : kernel.Item1
                      let kw = threeByThree ? 3 : pointwise ? 1 : kernel.Item2
                      let pad = pointwise ? 0 : padding
                      where h + (2 * pad) >= kh && w + (2 * pad) >= kw
                      select new Sample(n, c, h, w, k, kh, kw, threeByThree || pointwise ? 1 : stride, pad, seed);
        Prop.ForAll(samples.ToArbitrary(), sample => Check<T>(algorithm, width, sample)).Check(PropertyConfig.Of(count));
    }

    private static void Check<T>(string name, VectorWidth width, Sample sample)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var context = new ComputeContext(
            new ComputeOptions { Workers = 2, VectorWidth = width, ConvolutionAlgorithm = name, FillWithNaN = true });
        var window = new Window2d(sample.KernelHeight, sample.KernelWidth, sample.Stride, sample.Stride, sample.Padding, sample.Padding);
        var s = ConvolutionShape.Of(
            [sample.N, sample.C, sample.H, sample.W], [sample.K, sample.C, sample.KernelHeight, sample.KernelWidth], window);
        using var x = Tensor<T>.RandomNormal(s.Input, new RandomStream(sample.Seed, "x"), context: context);
        using var w = Tensor<T>.RandomNormal(s.Weights, new RandomStream(sample.Seed, "w"), context: context);
        using var dy = Tensor<T>.RandomNormal(s.Output, new RandomStream(sample.Seed, "dy"), context: context);
        foreach (var pass in Enum.GetValues<ConvolutionPass>())
        {
            bool canRun = name != "implicit-gemm" || pass != ConvolutionPass.InputGradient
                || (sample.Stride == 1 && sample.Padding < Math.Min(sample.KernelHeight, sample.KernelWidth));
            Assert.True(
                ConvolutionAlgorithms.Named(name).CanRun(s, pass) == canRun,
                $"{name} should {(canRun ? "" : "not ")}run the {pass} of {sample}");
            if (!canRun) continue;
            var (first, second) = pass switch { ConvolutionPass.Forward => (x, w), ConvolutionPass.InputGradient => (dy, w), _ => (x, dy) };
            double[] left = ConvolutionReference.ToDouble(first), right = ConvolutionReference.ToDouble(second);
            var (expected, absolute) = ConvolutionReference.Compute(pass, s, left, right);
            int terms = pass switch
            {
                ConvolutionPass.Forward => s.C * s.Window.Height * s.Window.Width,
                ConvolutionPass.InputGradient => s.K * s.Window.Height * s.Window.Width,
                _ => s.N * s.OutputHeight * s.OutputWidth,
            };
            bool isWinograd = name.StartsWith("winograd", StringComparison.Ordinal);
            double[] bounds = isWinograd
                ? WinogradBound.Of<T>(name, pass, s, left, right)
                : Array.ConvertAll(absolute, sum => Tolerance.Sum<T>(terms, sum));
            // A convolution with cached weights may take a different code path.
            foreach (bool cache in pass == ConvolutionPass.Forward ? [false, true] : (ReadOnlySpan<bool>)[false])
            {
                using var actual = pass switch
                {
                    ConvolutionPass.Forward => context.Kernels.Convolution(
                        x, w, null, window, cache ? ConvolutionOptions.CacheWeights : ConvolutionOptions.None),
                    ConvolutionPass.InputGradient => context.Kernels.ConvolutionInputGradient(dy, w, s.Input, window),
                    _ => context.Kernels.ConvolutionWeightGradient(x, dy, s.Weights, window),
                };
                double[] found = ConvolutionReference.ToDouble(actual);
                string what = $"{name} {pass} {(cache ? "with cached weights " : "")}{sample}";
                RequireWithin(bounds, expected, found, what);
                if (isWinograd) WinogradBound.RequireNorm<T>(expected, found, absolute, what);
            }
        }
    }

    private static void RequireWithin(double[] bounds, double[] expected, double[] found, string what)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(found[i] - expected[i]) <= bounds[i]))
                Assert.Fail($"{what}: element {i} is {found[i]}, expected {expected[i]} ± {bounds[i]}.");
        }
    }

    private sealed record Sample(int N, int C, int H, int W, int K, int KernelHeight, int KernelWidth, int Stride, int Padding, int Seed);
}
