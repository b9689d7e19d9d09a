using DeepSharp.Autograd;
using DeepSharp.Nn;

namespace DeepSharp.Testing.Tests;

/// <summary>ModuleCheck finds modules that break a rule. Its messages name the rule.</summary>
public class ModuleCheckTests
{
    [Fact]
    public void Layers_of_the_library_pass()
    {
        var values = new TestValues(1);
        ModuleCheck.Run(
            () => new Conv2d<double>(2, 3, kernelSize: 3, new RandomStream(1, "c"), stride: 2, padding: 1), values.Normal([2, 2, 5, 7]));
        ModuleCheck.Run(() => new BatchNorm2d<double>(3), values.Normal([2, 3, 2, 3]));
        ModuleCheck.Run(() => new Linear<double>(4, 3, new RandomStream(1, "l")), values.Normal([3, 4]));
        ModuleCheck.Run(() => new MaxPool2d<double>(2), values.Distinct([2, 3, 4, 6]));
        ModuleCheck.Run(() => new AveragePool2d<double>(3, stride: 2, padding: 1), values.Normal([2, 3, 5, 4]));
        ModuleCheck.Run(() => new AdaptiveAveragePool2d<double>(2, 3), values.Normal([2, 3, 5, 4]));
        ModuleCheck.Run(() => new Relu<double>(), values.AwayFromZero([2, 3, 2, 2]));
        ModuleCheck.Run(() => new LocalResponseNorm<double>(), values.Normal([2, 7, 2, 2]));
        ModuleCheck.Run(() => new Dropout<double>(0.3, new RandomStream(1, "d")), values.Normal([4, 5]));
        ModuleCheck.Run(() => new Flatten<double>(), values.Normal([2, 3, 2, 2]));
    }

    [Fact]
    public void A_wrong_gradient_is_found() =>
        AssertRejected(() => new Broken((x, _) => new WrongGradient().Apply(x)), "Broken, Training: Gradient check failed");

    [Fact]
    public void A_wrong_output_shape_is_found() =>
        AssertRejected(() => new Broken((x, _) => x.Sum([1], keepDims: true)), "states the output shape [2, 3]");

    [Fact]
    public void A_value_kept_from_the_last_call_is_found() =>
        AssertRejected(() => new Broken((x, module) => new Square(module).Apply(x)), "if another pass runs before backward");

    [Fact]
    public void Unregistered_state_is_found()
    {
        int made = 0;
        AssertRejected(() =>
        {
            double factor = ++made;
            return new Broken((x, _) => x * factor);
        }, "after its state was loaded into another module");
    }

    private static void AssertRejected(Func<Module<double>> create, string expected) => Assert.Contains(
        expected,
        Assert.Throws<InvalidOperationException>(() => ModuleCheck.Run(create, new TestValues(3).Normal([2, 3]))).Message,
        StringComparison.Ordinal);

    private sealed class Broken(Func<Variable<double>, Broken, Variable<double>> forward) : Module<double>
    {
        public Tensor<double>? Last { get; set; }

        public override Variable<double> Forward(Variable<double> x) => forward(x, this);

        public override Shape OutputShape(Shape input, Mode mode = Mode.Evaluation) => input;
    }

    /// <summary>x². Wrongly stores its input in the module instead of in the operation.</summary>
    private sealed class Square(Broken module) : Operation<double>
    {
        protected override Tensor<double> Forward()
        {
            module.Last = Input(0).Clone();
            return Input(0) * Input(0);
        }

        protected override void Backward(Tensor<double> upstream)
        {
            using var twice = module.Last! * 2.0;
            Propagate(0, upstream * twice);
        }
    }
}
