namespace DeepSharp.Autograd.Tests;

public class ParameterTests
{
    [Fact]
    public void Gradients_accumulate_until_they_are_used()
    {
        using var parameter = New(1, 2);
        Assert.False(parameter.HasFreshGradient);
        Backward(parameter, 3);
        Assert.True(parameter.HasFreshGradient);
        Backward(parameter, 4);
        Assert.Equal([7, 7], parameter.Gradient!.ToArray());
        parameter.UseUpGradient();
        Assert.False(parameter.HasFreshGradient);
        // The used gradient is still readable.
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
    public void A_tape_has_one_variable_for_each_parameter()
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
    public void Disposing_releases_value_and_gradient()
    {
        var parameter = New(1, 2);
        Backward(parameter, 1);
        var gradient = parameter.Gradient!;
        parameter.Dispose();
        Assert.True(parameter.Value.IsDisposed);
        Assert.True(gradient.IsDisposed);
    }

    [Fact]
    public void The_initial_value_is_created_once_on_first_use()
    {
        int created = 0;
        using var parameter = new Parameter<double>([3], context =>
        {
            Interlocked.Increment(ref created);
            // Gives the other threads time to request the value too.
            Thread.Sleep(20);
            return Tensor<double>.Ones([3], context);
        }, TestContexts.Default);
        Assert.False(parameter.IsInitialized);
        Assert.Equal([3], parameter.Shape.ToArray());
        Assert.Same(TestContexts.Default, parameter.Context);
        Assert.Equal(0, created);
        using var ready = new Barrier(4);
        var values = new Tensor<double>[4];
        Thread[] threads = [.. values.Select((_, i) => new Thread(() =>
        {
            ready.SignalAndWait();
            values[i] = parameter.Value;
        }))];
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        Assert.Equal(1, created);
        Assert.All(values, value => Assert.Same(parameter.Value, value));
        Assert.True(parameter.IsInitialized);
    }

    [Fact]
    public void Overwriting_does_not_create_the_initial_value()
    {
        using var parameter = new Parameter<double>(
            [2], _ => throw new InvalidOperationException("The initial value is not needed."), TestContexts.Default);
        Assert.Throws<TimeoutException>(() => parameter.Overwrite(_ => throw new TimeoutException()));
        Assert.False(parameter.IsInitialized);
        parameter.Overwrite(value => value.CopyFrom([1, 2]));
        Assert.Equal([1, 2], parameter.Value.ToArray());
        var first = parameter.Value;
        parameter.Overwrite(value => value.CopyFrom([3, 4]));
        Assert.Same(first, parameter.Value);
        Assert.Equal([3, 4], first.ToArray());
    }

    [Fact]
    public void A_disposed_parameter_creates_no_value()
    {
        var parameter = new Parameter<double>([2], context => Tensor<double>.Ones([2], context), TestContexts.Default);
        parameter.Dispose();
        Assert.Throws<ObjectDisposedException>(() => parameter.Value);
        Assert.Throws<ObjectDisposedException>(() => parameter.Overwrite(_ => Assert.Fail("There is nothing to write to.")));
    }

    [Fact]
    public void An_initial_value_of_another_shape_is_rejected()
    {
        using var parameter = new Parameter<double>([2], context => Tensor<double>.Ones([3], context), TestContexts.Default);
        Assert.Contains("[3], expected [2]", Assert.Throws<ShapeException>(() => parameter.Value).Message, StringComparison.Ordinal);
    }

    private static Parameter<double> New(params double[] elements) =>
        new(Tensor<double>.FromArray(elements, [elements.Length], TestContexts.Default));

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

    [Fact]
    public void ToString_shows_shape_and_gradient_in_one_line()
    {
        using var parameter = new Parameter<double>(Tensor.Ones<double>([2], TestContexts.Default));
        Assert.Equal("Parameter [2], no gradient", parameter.ToString());
        using (var tape = new Tape<double>(Mode.Training))
        {
            var x = tape.Input(Tensor.Ones<double>([2], TestContexts.Default));
            var y = tape.Use(parameter).Relu();
            Assert.Equal("Input [2], needs no gradient", x.ToString());
            Assert.Equal("Parameter [2], requires gradient", tape.Use(parameter).ToString());
            Assert.Equal("Relu [2], requires gradient", y.ToString());
            tape.Backward(y.Sum());
            Assert.Equal("Relu [2], requires gradient, value released", y.ToString());
        }

        Assert.Equal("Parameter [2], gradient ready", parameter.ToString());
        parameter.UseUpGradient();
        Assert.Equal("Parameter [2], gradient used by a step", parameter.ToString());
        parameter.RequiresGradient = false;
        Assert.Equal("Parameter [2], frozen", parameter.ToString());
    }
}
