namespace DeepSharp.Nn.Tests.Modules;

public class SequentialTests
{
    private static ComputeContext Context => TestContexts.Default;

    [Fact]
    public void Releases_results_between_its_modules_but_not_its_input()
    {
        Spy[] spies = [new(), new(), new()];
        using var model = new Sequential<float>(spies);
        using var images = Tensor<float>.Ones([2, 3], Context);
        using var tape = new Tape<float>(Mode.Evaluation);
        // The input is an intermediate result that other code may read.
        var x = tape.Input(images).Relu();
        var y = model.Forward(x);
        Assert.Throws<ObjectDisposedException>(() => spies[0].Output!.Value);
        Assert.Throws<ObjectDisposedException>(() => spies[1].Output!.Value);
        Assert.Equal(1, x.Value[0, 0]);
        Assert.Equal(1, y.Value[0, 0]);
    }

    [Fact]
    public void Keeps_results_marked_by_Keep_and_inputs_that_a_module_returns()
    {
        using var model = new Sequential<float>(
            new Relu<float>(), new Dropout<float>(0.5, new RandomStream(1, "dropout")), new Spy(keep: true), new Relu<float>());
        using var images = Tensor<float>.Ones([2, 3], Context);
        using var tape = new Tape<float>(Mode.Evaluation);
        Assert.Equal(1, model.Forward(tape.Input(images)).Value[0, 0]);
        Assert.Equal(1, ((Spy)model[2]).Output!.Value[0, 0]);
    }

    [Fact]
    public void Keeps_values_that_backward_needs()
    {
        using var model = new Sequential<double>(
            new Linear<double>(3, 4, new RandomStream(1, "0"), context: Context),
            new Relu<double>(),
            new Linear<double>(4, 2, new RandomStream(1, "2"), context: Context));
        using var rows = Tensor<double>.RandomNormal([5, 3], new RandomStream(1, "x"), context: Context);
        using var tape = new Tape<double>(Mode.Training);
        tape.Backward(model.Forward(tape.Input(rows)).Sum());
        Assert.All(model.Parameters(), parameter => Assert.True(parameter.HasFreshGradient));
    }

    [Fact]
    public void Runs_a_range_of_modules()
    {
        Spy[] spies = [new(), new(), new()];
        using var model = new Sequential<float>(spies);
        using var images = Tensor<float>.Ones([2, 3], Context);
        using var tape = new Tape<float>(Mode.Evaluation);
        model.Forward(tape.Input(images), 1..);
        Assert.Equal([0, 1, 1], spies.Select(spy => spy.Calls));
        model.Forward(tape.Input(images), ..^1);
        Assert.Equal([1, 2, 1], spies.Select(spy => spy.Calls));
        var x = tape.Input(images);
        Assert.Same(x, model.Forward(x, 1..1));
    }

    private sealed class Spy(bool keep = false) : Module<float>
    {
        public Variable<float>? Output { get; private set; }

        public int Calls { get; private set; }

        public override Variable<float> Forward(Variable<float> x)
        {
            Calls++;
            Output = x.Relu();
            return keep ? Output.Keep() : Output;
        }
    }
}
