using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class ConvolutionBlockTests
{
    private static Gen<Sample> Samples =>
        from n in Gen.Choose(2, 3)
        from c in Gen.Choose(1, 3)
        from k in Gen.Choose(1, 3)
        from h in Gen.Choose(4, 7)
        from w in Gen.Choose(4, 7)
        from bias in Gen.Elements(true, false)
        from batchNorm in Gen.Elements(true, false)
        from relu in Gen.Elements(true, false)
        from pool in Gen.Elements(true, false)
        from frozen in Gen.Elements(true, false)
        from seed in Gen.Choose(1, 1_000_000)
        select new Sample([n, c, h, w], k, bias, batchNorm, relu, pool, frozen, seed);

    [RepeatableProperty(MaxTest = 150)]
    public Property Equals_separate_operations_in_values_and_gradients() =>
        Prop.ForAll(Samples.ToArbitrary(), sample =>
        {
            var (fused, fusedGradients, fusedRunning) = Run(sample, fuse: true, Mode.Training);
            var (single, singleGradients, singleRunning) = Run(sample, fuse: false, Mode.Training);
            Close(single, fused, 1);
            Close(singleRunning, fusedRunning, 1);
            for (int i = 0; i < fusedGradients.Length; i++) Close(singleGradients[i], fusedGradients[i], 1);
        });

    [RepeatableProperty(MaxTest = 100)]
    public Property Folded_evaluation_equals_separate_operations() =>
        Prop.ForAll(Samples.ToArbitrary(), sample =>
        {
            var (fused, _, _) = Run(sample, fuse: true, Mode.Evaluation);
            var (single, _, _) = Run(sample, fuse: false, Mode.Evaluation);
            Close(single, fused, 1);
        });

    [Fact]
    public void Folded_weights_are_recomputed_when_any_of_their_sources_changes()
    {
        var sample = new Sample([2, 2, 4, 4], 3, Bias: true, BatchNorm: true, Relu: false, Pool: false, Frozen: false, Seed: 5);
        var tensors = sample.Tensors();
        double[] before = Evaluate();
        foreach (var (name, tensor) in tensors.Named())
        {
            foreach (ref double element in tensor.Write()) element += 0.5;
            double[] after = Evaluate();
            Assert.True(before.Zip(after).Any(pair => Math.Abs(pair.First - pair.Second) > 1e-6), $"{name} changed, the output did not");
            before = after;
        }

        double[] Evaluate()
        {
            using var tape = new Tape<double>(Mode.Evaluation);
            return sample.Apply(tape, tensors, fuse: true).Output.Value.ToArray();
        }
    }

    [Fact]
    public void Weights_shared_by_two_batch_normalizations_are_folded_with_each()
    {
        var sample = new Sample([2, 2, 4, 4], 3, Bias: false, BatchNorm: true, Relu: false, Pool: false, Frozen: false, Seed: 5);
        var first = sample.Tensors();
        var second = (sample with { Seed = 6 }).Tensors() with { X = first.X, Weights = first.Weights };
        foreach (var tensors in (BlockTensors[])[first, second, first])
        {
            using var tape = new Tape<double>(Mode.Evaluation);
            double[] expected = sample.Apply(tape, tensors, fuse: false).Output.Value.ToArray();
            Close(expected, sample.Apply(tape, tensors, fuse: true).Output.Value.ToArray(), 1);
        }
    }

    // Only combinations without ReLU and pooling: after a convolution, random values may lie near a kink, and central differences across a
    // kink look like a wrong gradient. The comparison with separate operations above covers ReLU and pooling.
    [Fact]
    public void Gradient_equals_central_differences() => GradientCheckProperty.Holds(
        Samples.Where(s => !s.Relu && !s.Pool),
        (sample, values) => sample.Tensors().Inputs(sample),
        (sample, x) =>
        {
            var settings = sample.Settings(sample.Tensors());
            return x[0].ConvolutionBlock(
                settings, x[1], sample.Bias ? x[2] : null, sample.BatchNorm ? x[^2] : null, sample.BatchNorm ? x[^1] : null);
        });

    /// <summary>The third step finds all its memory among the buffers that the two before it released.</summary>
    [Fact]
    public void Every_step_releases_all_its_memory()
    {
        for (int bits = 0; bits < 64; bits++)
        {
            using var context = new ComputeContext(new ComputeOptions { Workers = 1 });
            var sample = new Sample(
                [2, 2, 6, 6], 3, Bias: (bits & 1) > 0, BatchNorm: (bits & 2) > 0, Relu: (bits & 4) > 0, Pool: (bits & 8) > 0,
                Frozen: (bits & 16) > 0, Seed: 5);
            bool fuse = (bits & 32) > 0;
            Step(context, sample, fuse);
            Step(context, sample, fuse);
            long misses = context.Pool.Misses;
            Step(context, sample, fuse);
            Assert.True(
                context.Pool.Misses == misses,
                $"{sample}, fused: {fuse}: {context.Pool.Misses - misses} buffers were not released");
        }

        static void Step(ComputeContext context, Sample sample, bool fuse)
        {
            var tensors = sample.Tensors().In(context);
            using (var tape = new Tape<double>(Mode.Training)) tape.Backward(sample.Apply(tape, tensors, fuse).Output.Sum());
            tensors.Dispose();
        }
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    public void Gamma_and_beta_are_required_with_batch_normalization_only(bool hasNorm, bool hasGamma, bool hasBeta)
    {
        var sample = new Sample([2, 2, 4, 4], 3, Bias: false, BatchNorm: hasNorm, Relu: false, Pool: false, Frozen: false, Seed: 5);
        var tensors = sample.Tensors();
        using var tape = new Tape<double>(Mode.Training);
        var error = Assert.Throws<ArgumentException>(() => tape.Input(tensors.X).ConvolutionBlock(
            sample.Settings(tensors), tape.Input(tensors.Weights), bias: null, hasGamma ? tape.Input(tensors.Gamma) : null,
            hasBeta ? tape.Input(tensors.Beta) : null));
        Assert.StartsWith("ConvolutionBlock: gamma and beta must be given if and only if", error.Message, StringComparison.Ordinal);
    }

    private static (double[] Output, double[][] Gradients, double[] Running) Run(Sample sample, bool fuse, Mode mode)
    {
        var tensors = sample.Tensors();
        using var tape = new Tape<double>(mode);
        var (output, inputs) = sample.Apply(tape, tensors, fuse);
        double[] values = output.Value.ToArray();
        if (mode == Mode.Evaluation) return (values, [], []);
        tape.Backward(
            output,
            Tensor<double>.RandomNormal(output.Shape, new RandomStream(sample.Seed, "upstream"), context: output.Value.Context));
        return (values, [.. inputs.Select(input => input.Gradient!.ToArray())], [.. tensors.Mean.ToArray(), .. tensors.Variance.ToArray()]);
    }

    // Fused and separate operations run the same kernels, but folding rounds the weights once more. Sums have a few hundred terms at most.
    private static void Close(double[] expected, double[] actual, double size)
    {
        double max = expected.Max(Math.Abs);
        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= Tolerance.Sum<double>(1000, size + max));
    }

    private sealed record Sample(Shape Input, int K, bool Bias, bool BatchNorm, bool Relu, bool Pool, bool Frozen, int Seed)
    {
        public BlockTensors Tensors()
        {
            var values = new TestValues(Seed);
            return new(
                values.Normal(Input),
                values.Normal([K, Input[1], 3, 3]),
                values.Normal([K]),
                values.Normal([K]),
                values.Normal([K]),
                values.Normal([K]),
                values.Positive([K]));
        }

        public ConvolutionBlockSettings<double> Settings(BlockTensors t) =>
            new(
                Window2d.Square(3, 1, 1),
                BatchNorm ? new BatchNormSettings<double>(t.Mean, t.Variance, Epsilon: 0.1, Frozen: Frozen) : null,
                Relu,
                Pool ? Window2d.Square(2, 2) : null);

        public (Variable<double> Output, Variable<double>[] Inputs) Apply(Tape<double> tape, BlockTensors t, bool fuse)
        {
            Variable<double>[] x = [.. t.Inputs(this).Select(tensor => tape.Input(tensor, requiresGradient: true))];
            var bias = Bias ? x[2] : null;
            if (fuse) return (x[0].ConvolutionBlock(Settings(t), x[1], bias, BatchNorm ? x[^2] : null, BatchNorm ? x[^1] : null), x);
            var y = x[0].Conv2d(x[1], bias, 1, 1);
            if (BatchNorm) y = y.BatchNorm(x[^2], x[^1], t.Mean, t.Variance, epsilon: 0.1, frozen: Frozen);
            if (Relu) y = y.Relu();
            return (Pool ? y.MaxPool2d(2) : y, x);
        }
    }

    private sealed record BlockTensors(
        Tensor<double> X,
        Tensor<double> Weights,
        Tensor<double> Bias,
        Tensor<double> Gamma,
        Tensor<double> Beta,
        Tensor<double> Mean,
        Tensor<double> Variance) : IDisposable
    {
        public Tensor<double>[] Inputs(Sample sample) =>
        [
            X, Weights, .. sample.Bias ? [Bias] : Array.Empty<Tensor<double>>(),
            .. sample.BatchNorm ? [Gamma, Beta] : Array.Empty<Tensor<double>>(),
        ];

        public BlockTensors In(ComputeContext context)
        {
            Tensor<double> Of(Tensor<double> tensor) => Tensor<double>.FromArray(tensor.ToArray(), tensor.Shape, context);
            return new(Of(X), Of(Weights), Of(Bias), Of(Gamma), Of(Beta), Of(Mean), Of(Variance));
        }

        public void Dispose()
        {
            X.Dispose();
            foreach (var (_, tensor) in Named()) tensor.Dispose();
        }

        public IEnumerable<(string Name, Tensor<double> Tensor)> Named() =>
            [("weights", Weights), ("bias", Bias), ("gamma", Gamma), ("beta", Beta), ("mean", Mean), ("variance", Variance)];
    }
}
