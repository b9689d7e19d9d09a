namespace DeepSharp.Autograd.Tests;

public class ParameterTests
{
    [Fact]
    public void Several_backwards_accumulate_until_the_gradient_is_used()
    {
        using var parameter = New(1, 2);
        Assert.False(parameter.HasFreshGradient);
        Backward(parameter, 3);
        Assert.True(parameter.HasFreshGradient);
        Backward(parameter, 4);
        Assert.Equal([7, 7], parameter.Gradient!.ToArray());
        parameter.UseUpGradient();
        Assert.False(parameter.HasFreshGradient);
        // Used, but still there to be read.
        Assert.Equal([7, 7], parameter.Gradient!.ToArray());
        Backward(parameter, 5);
        Assert.Equal([5, 5], parameter.Gradient!.ToArray());
        Assert.True(parameter.HasFreshGradient);
        Backward(parameter, 1);
        Assert.Equal([6, 6], parameter.Gradient!.ToArray());
        parameter.ZeroGradient();
        Assert.Null(parameter.Gradient);
        Backward(parameter, 7);
        Assert.Equal([7, 7], parameter.Gradient!.ToArray());
    }

    [Fact]
    public void A_tape_sees_one_variable_for_each_parameter()
    {
        using var parameter = New(1, 2);
        using var tape = new Tape<double>(Mode.Training);
        Assert.Same(tape.Use(parameter), tape.Use(parameter));
        tape.Backward((tape.Use(parameter) * tape.Use(parameter)).Sum());
        Assert.Equal([2, 4], parameter.Gradient!.ToArray());
        Assert.Same(parameter.Gradient, tape.Use(parameter).Gradient);
    }

    [Fact]
    public void A_frozen_parameter_gets_no_gradient_and_prunes_backward()
    {
        using var frozen = New(1, 2);
        using var free = New(3, 4);
        frozen.RequiresGradient = false;
        using var tape = new Tape<double>(Mode.Training);
        var below = new CountingIdentity();
        var above = new CountingIdentity();
        var pruned = below.Apply(tape.Use(frozen).Exp());
        Assert.False(pruned.RequiresGradient);
        tape.Backward((pruned * above.Apply(tape.Use(free))).Sum());
        Assert.Null(frozen.Gradient);
        Assert.NotNull(free.Gradient);
        Assert.Equal((0, 1), (below.Backwards, above.Backwards));
    }

    [Fact]
    public void Disposing_gives_value_and_gradient_back()
    {
        var parameter = New(1, 2);
        Backward(parameter, 1);
        var gradient = parameter.Gradient!;
        parameter.Dispose();
        Assert.True(parameter.Value.IsDisposed);
        Assert.True(gradient.IsDisposed);
    }

    private static Parameter<double> New(params double[] elements) => new(Tensor<double>.FromArray(elements, [elements.Length], TestContexts.Default));

    private static void Backward(Parameter<double> parameter, double factor)
    {
        using var tape = new Tape<double>(Mode.Training);
        tape.Backward((tape.Use(parameter) * factor).Sum());
    }

    private sealed class CountingIdentity : Operation<double>
    {
        public int Backwards { get; private set; }

        protected override Tensor<double> Forward() => Input(0).Clone();

        protected override void Backward(Tensor<double> upstream)
        {
            Backwards++;
            Propagate(0, upstream);
        }
    }
}
