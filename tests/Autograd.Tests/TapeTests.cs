namespace DeepSharp.Autograd.Tests;

public class TapeTests
{
    private static readonly ComputeContext Context = TestContexts.Default;

    [Fact]
    public void Backward_reaches_inputs_that_require_a_gradient()
    {
        using var tape = new Tape<double>(Mode.Training);
        var x = tape.Input(Vector(1, 2), requiresGradient: true);
        var y = tape.Input(Vector(3, 4));
        tape.Backward((x * y).Sum());
        Assert.Equal([3, 4], x.Gradient!.ToArray());
        Assert.Null(y.Gradient);
    }

    [Fact]
    public void A_variable_used_twice_gets_both_gradients()
    {
        using var tape = new Tape<double>(Mode.Training);
        var x = tape.Input(Vector(1, 2), requiresGradient: true);
        tape.Backward((x + x).Sum());
        Assert.Equal([2, 2], x.Gradient!.ToArray());
    }

    [Fact]
    public void A_diamond_sums_the_gradients_of_both_branches()
    {
        using var tape = new Tape<double>(Mode.Training);
        var x = tape.Input(Vector(1, 2), requiresGradient: true);
        var top = x * x;
        var (left, right) = (top * 3, top * top);
        tape.Backward((left + right).Sum());
        // d(3x² + x⁴) = 6x + 4x³
        Assert.Equal([10, 44], x.Gradient!.ToArray());
    }

    [Fact]
    public void A_second_backward_is_an_error()
    {
        using var tape = new Tape<double>(Mode.Training);
        var loss = tape.Input(Vector(1, 2), requiresGradient: true).Sum();
        tape.Backward(loss);
        Assert.StartsWith(
            "Backward already ran on this tape",
            Assert.Throws<InvalidOperationException>(() => tape.Backward(loss)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Recording_after_backward_is_an_error()
    {
        using var tape = new Tape<double>(Mode.Training);
        var x = tape.Input(Vector(1, 2), requiresGradient: true);
        tape.Backward(x.Sum());
        Assert.Equal(
            "Exp: backward already ran on this tape; make a new tape for each forward pass.",
            Assert.Throws<InvalidOperationException>(() => x.Exp()).Message);
    }

    [Fact]
    public void A_loss_of_several_elements_needs_an_upstream_gradient()
    {
        using var tape = new Tape<double>(Mode.Training);
        var x = tape.Input(Vector(1, 2), requiresGradient: true);
        var y = x.Exp();
        Assert.Equal(
            "Backward: the loss must have one element, found [2]; reduce it, or pass the upstream gradient.",
            Assert.Throws<ShapeException>(() => tape.Backward(y)).Message);
        Assert.Throws<ShapeException>(() => tape.Backward(y, Vector(1, 2, 3)));
        // The tape is still usable after the failed calls.
        tape.Backward(y, Vector(1, 0));
        Assert.Equal([Math.E, 0], x.Gradient!.ToArray(), (a, b) => Math.Abs(a - b) < 1e-15);
    }

    [Fact]
    public void Backward_without_anything_that_requires_a_gradient_is_an_error()
    {
        using var training = new Tape<double>(Mode.Training);
        Assert.Equal(
            "Backward: nothing that the output depends on requires a gradient.",
            Assert.Throws<InvalidOperationException>(() => training.Backward(training.Input(Vector(1)).Exp())).Message);
        using var evaluation = new Tape<double>(Mode.Evaluation);
        Assert.StartsWith(
            "Backward: this tape does not record",
            Assert.Throws<InvalidOperationException>(
                () => evaluation.Backward(evaluation.Input(Vector(1), requiresGradient: true).Exp())).Message,
            StringComparison.Ordinal);
        Assert.Equal(
            "Backward: the output is on another tape.",
            Assert.Throws<InvalidOperationException>(() => training.Backward(evaluation.Input(Vector(1)))).Message);
    }

    [Fact]
    public void Mode_and_recording_are_independent()
    {
        using var tape = new Tape<double>(Mode.Evaluation, recording: true);
        var x = tape.Input(Vector(2), requiresGradient: true);
        tape.Backward(x * x);
        Assert.Equal(4, x.Gradient!.ToScalar());
        using var frozen = new Tape<double>(Mode.Training, recording: false);
        Assert.False(frozen.Input(Vector(2), requiresGradient: true).Exp().RequiresGradient);
    }

    [Fact]
    public void Backward_releases_intermediate_values_except_the_loss_and_kept_values()
    {
        using var tape = new Tape<double>(Mode.Training);
        var x = tape.Input(Vector(1, 2), requiresGradient: true);
        var released = x.Exp();
        var kept = released.Log().Keep();
        var loss = kept.Sum();
        tape.Backward(loss);
        Assert.Equal(3, loss.Value.ToScalar(), 1e-15);
        Assert.Equal([1, 2], kept.Value.ToArray(), (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.Equal([1, 1], kept.Gradient!.ToArray());
        Assert.Equal(new Shape(2), released.Shape);
        Assert.Null(released.Gradient);
        Assert.Contains(
            "The value [2] of Exp was released: nothing needed it, or its tape was disposed; to read it after Backward, call Keep() first.",
            Assert.Throws<ObjectDisposedException>(() => released.Value).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_kept_variable_has_its_own_gradient()
    {
        using var tape = new Tape<double>(Mode.Training);
        var x = tape.Input(Vector(1, 2), requiresGradient: true);
        var kept = (x + 1).Keep();
        tape.Backward(kept + x, Vector(5, 6));
        // Add propagates its upstream gradient itself. If backward did not copy that of a kept variable, x would accumulate into it.
        Assert.Equal([5, 6], kept.Gradient!.ToArray());
        Assert.Equal([10, 12], x.Gradient!.ToArray());
    }

    [Fact]
    public void Disposing_releases_only_results_of_operations()
    {
        using var context = new ComputeContext();
        using var input = Tensor<double>.Ones([1000], context);
        using var parameter = new Parameter<double>(Tensor<double>.Ones([1000], context));
        var tape = new Tape<double>(Mode.Training);
        var y = (tape.Input(input) * tape.Use(parameter) + 2).Exp();
        var value = y.Value;
        tape.Dispose();
        tape.Dispose();
        Assert.True(value.IsDisposed);
        Assert.False(input.IsDisposed);
        Assert.False(parameter.Value.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => y.Value);
        Assert.Throws<ObjectDisposedException>(() => tape.Input(input));
        Assert.Throws<ObjectDisposedException>(() => tape.Use(parameter));
    }

    [Fact]
    public void Steps_after_the_second_allocate_no_new_memory()
    {
        using var context = new ComputeContext();
        using var input = Tensor<double>.Ones([8, 3, 5, 5], context);
        using var parameter = new Parameter<double>(Tensor<double>.Ones([1, 3, 1, 1], context));
        long missesAfterTwo = 0;
        for (int step = 0; step < 6; step++)
        {
            using var tape = new Tape<double>(Mode.Training);
            var x = tape.Input(input) * tape.Use(parameter);
            tape.Backward(((x.Sigmoid() + 1) / (x * x + 1) - x.Maximum(0.5)).Power(2).Sum());
            parameter.UseUpGradient();
            if (step == 1) missesAfterTwo = context.Pool.Misses;
        }

        Assert.Equal(missesAfterTwo, context.Pool.Misses);
    }

    [Fact]
    public void Intermediates_are_released_early_only_if_backward_does_not_need_them()
    {
        using var recording = new Tape<double>(Mode.Training);
        var saved = recording.Input(Vector(1), requiresGradient: true).Exp();
        recording.ReleaseIntermediate(saved);
        Assert.Equal(Math.E, saved.Value.ToScalar(), 1e-15);
        using var evaluation = new Tape<double>(Mode.Evaluation);
        var input = evaluation.Input(Vector(1));
        var (released, kept) = (input.Exp(), input.Exp().Keep());
        foreach (var variable in new[] { input, released, kept }) evaluation.ReleaseIntermediate(variable);
        Assert.Throws<ObjectDisposedException>(() => released.Value);
        Assert.Equal(1, input.Value.ToScalar());
        Assert.Equal(Math.E, kept.Value.ToScalar(), 1e-15);
    }

    private static Tensor<double> Vector(params double[] elements) => Tensor<double>.FromArray(elements, [elements.Length], Context);
}
