using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Nn.Tests.Optimizers;

public class SgdTests
{
    private const int Steps = 4;

    [RepeatableProperty(MaxTest = 100)]
    public Property Follows_the_algorithm_documented_by_PyTorch()
    {
        var cases =
            from height in Gen.Choose(1, 5)
            from width in Gen.Choose(1, 40)
            from momentum in Gen.Elements(0, 0.5, 0.9)
            from dampening in Gen.Elements(0, 0.3)
            from decay in Gen.Elements(0, 5e-4, 0.1)
            from nesterov in Gen.Elements(false, true)
            from seed in Gen.Choose(0, 1 << 20)
            select (height, width, momentum, dampening, decay, nesterov: nesterov && momentum > 0 && dampening == 0, seed);
        return Prop.ForAll(
            cases.ToArbitrary(), c => EqualsReference([c.height, c.width], c.momentum, c.dampening, c.decay, c.nesterov, c.seed));
    }

    [Fact]
    public void Uses_the_weight_decay_of_each_group()
    {
        using Parameter<double> matrix = new(Tensor<double>.Ones([2, 2], TestContexts.Default)),
            bias = new(Tensor<double>.Ones([2], TestContexts.Default));
        using var sgd = new Sgd<double>(ParameterGroup.NoDecayOnBiasAndNorm([bias, matrix], learningRate: 0.5, weightDecay: 0.1));
        Backward(matrix, Tensor<double>.Zeros([2, 2], TestContexts.Default));
        Backward(bias, Tensor<double>.Zeros([2], TestContexts.Default));
        sgd.Step();
        Assert.All(matrix.Value.ToArray(), value => Assert.Equal(0.95, value, 1e-15));
        Assert.All(bias.Value.ToArray(), value => Assert.Equal(1, value));
    }

    [Fact]
    public void Uses_each_gradient_once_and_leaves_parameters_without_gradient_unchanged()
    {
        using Parameter<double> used = new(Tensor<double>.Ones([3], TestContexts.Default)),
            idle = new(Tensor<double>.Ones([3], TestContexts.Default));
        using var sgd = new Sgd<double>([used, idle], learningRate: 0.25, momentum: 0.9, weightDecay: 0.1);
        Backward(used, Tensor<double>.Ones([3], TestContexts.Default));
        sgd.Step();
        double[] after = used.Value.ToArray();
        sgd.Step();
        Assert.Equal(after, used.Value.ToArray());
        Assert.All(after, value => Assert.NotEqual(1, value));
        Assert.All(idle.Value.ToArray(), value => Assert.Equal(1, value));
    }

    [Fact]
    public void Accumulates_gradients_of_several_backward_passes()
    {
        using var parameter = new Parameter<double>(Tensor<double>.Zeros([1], TestContexts.Default));
        using var sgd = new Sgd<double>([parameter], learningRate: 1);
        Backward(parameter, Tensor<double>.Ones([1], TestContexts.Default));
        Backward(parameter, Tensor<double>.Ones([1], TestContexts.Default));
        sgd.Step();
        Assert.Equal(-2, parameter.Value[0]);
    }

    [Theory]
    [InlineData(-0.1, 0, 0)]
    [InlineData(double.NaN, 0, 0)]
    [InlineData(double.PositiveInfinity, 0, 0)]
    [InlineData(0.1, -1, 0)]
    [InlineData(0.1, 0, -1)]
    public void Rejects_invalid_rates(double learningRate, double momentum, double weightDecay)
    {
        using var parameter = new Parameter<double>(Tensor<double>.Zeros([1], TestContexts.Default));
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd<double>([parameter], learningRate, momentum, 0, weightDecay));
        Assert.Contains("at least 0, found", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Rejects_Nesterov_without_momentum_duplicate_parameters_and_no_parameters()
    {
        using var parameter = new Parameter<double>(Tensor<double>.Zeros([1], TestContexts.Default));
        Assert.Throws<ArgumentException>(() => new Sgd<double>([parameter], 0.1, nesterov: true));
        Assert.Throws<ArgumentException>(() => new Sgd<double>([parameter], 0.1, momentum: 0.9, dampening: 0.1, nesterov: true));
        Assert.Throws<ArgumentException>(() => new Sgd<double>([parameter, parameter], 0.1));
        Assert.Throws<ArgumentException>(() => new Sgd<double>(Array.Empty<Parameter<double>>(), 0.1));
    }

    [Fact]
    public void Resumes_from_a_checkpoint_as_if_never_stopped()
    {
        using var folder = new TemporaryFolder();
        using Bag whole = new(), stopped = new(), resumed = new();
        using Sgd<double> wholeSgd = New(whole), stoppedSgd = New(stopped), resumedSgd = New(resumed);
        for (int step = 0; step < Steps; step++) Train(whole, wholeSgd, step);

        for (int step = 0; step < Steps / 2; step++) Train(stopped, stoppedSgd, step);
        var writer = new SafeTensorsWriter();
        var state = new StateDict();
        state.AddAll("model.", stopped.State());
        state.AddAll("optimizer.", stoppedSgd.State(stopped));
        state.AddTo(writer);
        writer.Save(folder["checkpoint.safetensors"]);
        using (var file = SafeTensorsFile.Open(folder["checkpoint.safetensors"]))
        {
            resumed.State().Load(StateDict.Of(file).Section("model."));
            resumedSgd.Load(StateDict.Of(file).Section("optimizer."), resumed);
        }

        for (int step = Steps / 2; step < Steps; step++) Train(resumed, resumedSgd, step);
        Assert.Equal(whole.State().Sha256(), resumed.State().Sha256());
        Assert.Equal(Steps, resumedSgd.Steps);

        static Sgd<double> New(Bag bag) => new(bag.Parameters(), learningRate: 0.1, momentum: 0.9, dampening: 0.2);

        static void Train(Bag bag, Sgd<double> sgd, int step)
        {
            Backward(
                bag.Weight,
                Tensor<double>.RandomNormal(bag.Weight.Shape, new RandomStream(step, "gradient"), context: TestContexts.Default));
            sgd.Step();
        }
    }

    private static bool EqualsReference(Shape shape, double momentum, double dampening, double decay, bool nesterov, int seed)
    {
        const double Rate = 0.1;
        using var parameter = new Parameter<double>(
            Tensor<double>.RandomNormal(shape, new RandomStream(seed, "weight"), context: TestContexts.Default));
        using var sgd = new Sgd<double>([parameter], Rate, momentum, dampening, decay, nesterov);
        double[] theta = parameter.Value.ToArray();
        double[]? buffer = null;
        for (int t = 1; t <= Steps; t++)
        {
            using var gradient = Tensor<double>.RandomNormal(
                shape, new RandomStream(seed, "gradient").At(0, t), context: TestContexts.Default);
            Backward(parameter, gradient.Clone());
            sgd.Step();

            double[] g = gradient.ToArray();
            for (int i = 0; i < g.Length; i++)
            {
                if (decay != 0) g[i] += decay * theta[i];
            }

            if (momentum != 0)
            {
                double[] b = new double[g.Length];
                for (int i = 0; i < g.Length; i++)
                {
                    b[i] = t > 1 ? (momentum * buffer![i]) + ((1 - dampening) * g[i]) : g[i];
                    g[i] = nesterov ? g[i] + (momentum * b[i]) : b[i];
                }

                buffer = b;
            }

            for (int i = 0; i < g.Length; i++) theta[i] -= Rate * g[i];
        }

        // About 8 roundings in each step, of values below about 10.
        return theta.Zip(parameter.Value.ToArray()).All(pair => Math.Abs(pair.First - pair.Second) <= Tolerance.Sum<double>(8 * Steps, 10));
    }

    private static void Backward(Parameter<double> parameter, Tensor<double> gradient)
    {
        using var tape = new Tape<double>(Mode.Training);
        tape.Backward(tape.Use(parameter), gradient);
    }

    private sealed class Bag : Module<double>
    {
        public Bag() => Weight = AddParameter("weight", Tensor<double>.Ones([3, 2, 2, 1], TestContexts.Default));

        public Parameter<double> Weight { get; }

        public override Variable<double> Forward(Variable<double> x) => x;
    }
}
