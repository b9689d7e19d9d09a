namespace DeepSharp.Nn.Tests.Modules;

public class FusionTests
{
    private static ComputeContext Context => TestContexts.Default;

    [Fact]
    public void Fuses_a_convolution_with_the_modules_that_follow_it()
    {
        using var model = New<float>();
        Module<float>[] modules = [.. model];
        List<int> counts = [];
        for (int i = 0; i < modules.Length; i += counts[^1]) counts.Add(FusedConvolution<float>.From(modules.AsSpan(i)).Count);
        Assert.Equal([4, 3, 2, 1, 1], counts);
        var rewritten = Fusion.Rewrite<float>(modules);
        Assert.Equal(5, rewritten.Length);
        Assert.All(rewritten[..3], module => Assert.IsType<FusedConvolution<float>>(module));
        Assert.Equal(modules[^2..], rewritten[^2..]);
    }

    [Fact]
    public void Runs_separate_modules_when_disabled()
    {
        Assert.Equal(["ConvolutionBlock 3"], Operations(fuse: true));
        Assert.Equal(["Relu 3"], Operations(fuse: false));

        static List<string> Operations(bool fuse)
        {
            var profiler = new Profiler();
            using var context = new ComputeContext(new ComputeOptions { Workers = 1, Profiler = profiler });
            using var model = New<float>(context);
            model.Fuse = fuse;
            using var images = Tensor<float>.Ones([1, 2, 4, 4], context);
            using var tape = new Tape<float>(Mode.Training);
            model.Forward(tape.Input(images));
            return
            [
                .. profiler.Entries.Where(entry => entry is { Pass: "forward", Operation: "ConvolutionBlock" or "Relu" })
                    .Select(entry => $"{entry.Operation} {entry.Calls}")
                    .Order(),
            ];
        }
    }

    [Theory]
    [InlineData(Mode.Training)]
    [InlineData(Mode.Evaluation)]
    public void Equals_separate_modules(Mode mode)
    {
        using Sequential<double> fused = New<double>(), single = New<double>();
        single.Fuse = false;
        using var images = Tensor<double>.RandomNormal([3, 2, 8, 6], new RandomStream(1, "images"), context: Context);
        // Two passes. In training, the first updates the running statistics and the second continues from them.
        foreach (bool recording in (bool[])[true, mode == Mode.Training])
        {
            using Tape<double> fusedTape = new(mode, recording), singleTape = new(mode, recording);
            Variable<double> x = fusedTape.Input(images), y = fused.Forward(x), expected = single.Forward(singleTape.Input(images));
            Close(expected.Value, y.Value);
            if (!recording) continue;
            fusedTape.Backward(y, Upstream(y.Shape));
            singleTape.Backward(expected, Upstream(y.Shape));
        }

        foreach (var (one, other) in single.Parameters().Zip(fused.Parameters())) Close(one.Gradient!, other.Gradient!);
        foreach (var (one, other) in single.NamedBuffers().Zip(fused.NamedBuffers())) Close(one.Buffer, other.Buffer);
        Assert.All(Integers(single).Concat(Integers(fused)), count => Assert.Equal(mode == Mode.Training ? 2 : 0, count));
    }

    [Fact]
    public void Respects_a_batch_normalization_that_is_frozen_after_construction()
    {
        using var model = New<double>();
        var norm = (BatchNorm2d<double>)model[1];
        norm.Frozen = true;
        double[] before = norm.RunningMean.ToArray();
        using var images = Tensor<double>.RandomNormal([3, 2, 8, 6], new RandomStream(1, "images"), context: Context);
        using var tape = new Tape<double>(Mode.Training);
        model.Forward(tape.Input(images));
        Assert.Equal(before, norm.RunningMean.ToArray());
        Assert.Equal([0, 1], Integers(model));
    }

    [Fact]
    public void Evaluation_uses_changed_weights_and_statistics()
    {
        using Sequential<double> fused = New<double>(), single = New<double>();
        single.Fuse = false;
        using var images = Tensor<double>.RandomNormal([3, 2, 8, 6], new RandomStream(1, "images"), context: Context);
        for (int round = 0; round < 3; round++)
        {
            foreach (var model in (Sequential<double>[])[fused, single])
            {
                ((Conv2d<double>)model[0]).Weight.Value[0, 0, 0, 0] += 1;
                ((BatchNorm2d<double>)model[1]).RunningMean[0] += 1;
            }

            using Tape<double> fusedTape = new(Mode.Evaluation), singleTape = new(Mode.Evaluation);
            Close(single.Forward(singleTape.Input(images)).Value, fused.Forward(fusedTape.Input(images)).Value);
        }
    }

    private static Sequential<T> New<T>(ComputeContext? context = null)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        context ??= Context;
        return new(
            new Conv2d<T>(2, 4, 3, new RandomStream(1, "0"), padding: 1, context: context),
            new BatchNorm2d<T>(4, context: context), new Relu<T>(), new MaxPool2d<T>(2),
            new Conv2d<T>(4, 5, 3, new RandomStream(1, "4"), padding: 1, bias: false, context: context),
            new BatchNorm2d<T>(5, context: context), new Relu<T>(),
            new Conv2d<T>(5, 3, 1, new RandomStream(1, "7"), context: context), new Relu<T>(),
            new Conv2d<T>(3, 3, 1, new RandomStream(1, "9"), context: context),
            new AveragePool2d<T>(2));
    }

    private static IEnumerable<long> Integers(Module<double> model) =>
        model.State().Where(named => named.Value.IsInteger).Select(named => named.Value.Integer);

    private static Tensor<double> Upstream(Shape shape) =>
        Tensor<double>.RandomNormal(shape, new RandomStream(1, "upstream"), context: Context);

    // The same sums in another order: through four layers, with at most 36 terms in a convolution and 144 in a statistic or a gradient.
    private static void Close(Tensor<double> expected, Tensor<double> actual)
    {
        double[] one = expected.ToArray(), other = actual.ToArray();
        double tolerance = Tolerance.Sum<double>(4 * (36 + 144), one.Max(Math.Abs));
        foreach (var (a, b) in one.Zip(other)) Assert.Equal(a, b, tolerance);
    }
}
