using System.Numerics;

namespace DeepSharp.Vgg.Tests;

/// <summary>Tests the user-defined operation and layers of docs/custom-operations.md.</summary>
public class CustomOperationTests
{
    [Fact]
    public void The_operation_passes_the_gradient_check()
    {
        using var x = Tensor<double>.RandomNormal([3, 5], new RandomStream(1, "x"));
        GradientCheck.Run((tape, inputs) => new Swish<double>().Apply(inputs[0]), [x]).Require();
    }

    [Fact]
    public void The_layer_and_the_skip_connection_have_the_expected_keys_and_pass_the_gradient_check()
    {
        var model = new Sequential<double>(
            new Conv2d<double>(3, 8, kernelSize: 3, new RandomStream(1, "first"), padding: 1),
            new LearnedSwish<double>(channels: 8),
            new Residual<double>(new Conv2d<double>(8, 8, kernelSize: 3, new RandomStream(1, "second"), padding: 1)));

        Assert.Equal(["0.weight", "0.bias", "1.beta", "2.body.weight", "2.body.bias"], model.NamedParameters().Select(named => named.Name));
        using var images = Tensor<double>.RandomNormal([2, 3, 4, 5], new RandomStream(2, "images"));
        GradientCheck.Run(tape => model.Forward(tape.Input(images)), model.NamedParameters(), maxElements: 20).Require();
    }

    [Fact]
    public void The_new_layer_computes_swish_and_the_skip_connection_adds_its_input()
    {
        using var x = Tensor<float>.FromArray([-2, 0, 1, 3], [1, 4, 1, 1]);
        using var layer = new LearnedSwish<float>(channels: 4);
        using var residual = new Residual<float>(layer);
        using var tape = new Tape<float>(Mode.Evaluation);
        double[] found = Array.ConvertAll(residual.Forward(tape.Input(x)).Value.ToArray(), y => (double)y);
        double[] expected = Array.ConvertAll(x.ToArray(), v => v + (v / (1.0 + Math.Exp(-v))));
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], Tolerance.Sum<float>(2, 2 * Math.Abs(x[0, i, 0, 0])));
    }
}

public sealed class Swish<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private Tensor<T>? sigmoid;

    protected override Tensor<T> Forward() => Input(0) * (sigmoid = Input(0).Sigmoid());

    // dy/dx = σ + x · σ(1 − σ) = σ + y(1 − σ)
    protected override void Backward(Tensor<T> upstream)
    {
        var dx = new Tensor<T>(upstream.Shape, upstream.Context);
        ReadOnlySpan<T> s = sigmoid!.Read(), y = Output.Read(), dy = upstream.Read();
        var target = dx.Write();
        for (int i = 0; i < target.Length; i++) target[i] = dy[i] * (s[i] + (y[i] * (T.One - s[i])));
        Propagate(0, dx);
    }

    protected override void ReleaseSaved() => sigmoid?.Dispose();
}

public sealed class LearnedSwish<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Parameter<T> beta;

    public LearnedSwish(int channels, ComputeContext? context = null) =>
        beta = AddParameter("beta", Tensor<T>.Ones([1, channels, 1, 1], context));

    public override Variable<T> Forward(Variable<T> x)
    {
        var slope = x.Tape.Use(beta);
        return new Swish<T>().Apply(x * slope) / slope;
    }
}

public sealed class Residual<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Module<T> body;

    public Residual(Module<T> body) => this.body = AddChild("body", body);

    public override Variable<T> Forward(Variable<T> x) => x + body.Forward(x);
}
