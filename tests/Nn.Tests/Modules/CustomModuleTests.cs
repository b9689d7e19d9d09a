using System.Numerics;

namespace DeepSharp.Nn.Tests.Modules;

/// <summary>Custom modules written with the public API: a layer with a parameter, and a skip connection.</summary>
public class CustomModuleTests
{
    [Fact]
    public void Custom_modules_have_keys_and_gradients_in_a_network()
    {
        using var model = new Sequential<double>(
            new Linear<double>(4, 3, new RandomStream(1, "0"), context: TestContexts.Default),
            new Residual<double>(new Sequential<double>(
                new Swish<double>(TestContexts.Default),
                new Linear<double>(3, 3, new RandomStream(1, "1"), context: TestContexts.Default))));
        Assert.Equal(
            ["0.weight", "0.bias", "1.body.0.slope", "1.body.1.weight", "1.body.1.bias"],
            model.NamedParameters().Select(named => named.Name));
        using var rows = Tensor<double>.RandomNormal([5, 4], new RandomStream(1, "rows"), context: TestContexts.Default);
        GradientCheck.Run(tape => model.Forward(tape.Input(rows)), model.NamedParameters()).Require();
        using Tape<double> recorded = new(Mode.Evaluation, recording: true), released = new(Mode.Evaluation);
        Assert.Equal(model.Forward(recorded.Input(rows)).Value.ToArray(), model.Forward(released.Input(rows)).Value.ToArray());
    }

    private sealed class Residual<T> : Module<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly Module<T> body;

        public Residual(Module<T> body) => this.body = AddChild("body", body);

        public override Variable<T> Forward(Variable<T> x) => x + body.Forward(x);
    }

    private sealed class Swish<T> : Module<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly Parameter<T> slope;

        public Swish(ComputeContext context) => slope = AddParameter("slope", Tensor<T>.Ones([1], context));

        public override Variable<T> Forward(Variable<T> x) => x * (x * x.Tape.Use(slope)).Sigmoid();
    }
}
