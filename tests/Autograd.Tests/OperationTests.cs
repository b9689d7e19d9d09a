namespace DeepSharp.Autograd.Tests;

public class OperationTests
{
    private static readonly ComputeContext Context = TestContexts.Default;

    [Fact]
    public void Is_named_after_its_class_without_the_suffix_Operation()
    {
        Assert.Equal("Linear", new LinearOperation<float>().Name);
        Assert.Equal("Conv2d", new Conv2dOperation<double>(new Window2d(3, 3)).Name);
        Assert.Equal("Saving", new Saving().Name);
    }

    [Fact]
    public void An_input_modified_after_forward_is_an_error()
    {
        using var tape = new Tape<double>(Mode.Training);
        var tensor = Vector(1, 2);
        var loss = tape.Input(tensor, requiresGradient: true).Log().Sum();
        tensor[0] = 5;
        Assert.Equal(
            "Log: input 0 [2] was modified after forward, so the gradient cannot be computed. Run Backward before changing values.",
            Assert.Throws<InvalidOperationException>(() => tape.Backward(loss)).Message);
    }

    [Fact]
    public void An_output_modified_after_forward_is_an_error()
    {
        using var tape = new Tape<double>(Mode.Training);
        var y = tape.Input(Vector(1, 2), requiresGradient: true).Exp();
        var loss = y.Sum();
        y.Value[0] = 5;
        Assert.StartsWith(
            "Exp: the output [2] was modified after forward",
            Assert.Throws<InvalidOperationException>(() => tape.Backward(loss)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Modifying_a_value_that_backward_does_not_read_is_allowed()
    {
        using var tape = new Tape<double>(Mode.Training);
        var tensor = Vector(1, 2);
        var x = tape.Input(tensor, requiresGradient: true);
        var loss = (x + 1).Sum();
        tensor[0] = 5;
        tape.Backward(loss);
        Assert.Equal([1, 1], x.Gradient!.ToArray());
    }

    [Fact]
    public void Inputs_of_two_tapes_are_an_error()
    {
        using var first = new Tape<double>(Mode.Training);
        using var second = new Tape<double>(Mode.Training);
        Assert.Equal(
            "Add: the inputs are on different tapes.",
            Assert.Throws<InvalidOperationException>(() => first.Input(Vector(1)) + second.Input(Vector(1))).Message);
    }

    [Fact]
    public void Inputs_of_two_contexts_are_an_error()
    {
        using var other = new ComputeContext();
        using var tape = new Tape<double>(Mode.Training);
        Assert.StartsWith(
            "Add: the tensors belong to two compute contexts",
            Assert.Throws<InvalidOperationException>(() => tape.Input(Vector(1)) + tape.Input(Tensor<double>.Ones([1], other))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_operation_is_applied_once_and_to_at_least_one_input()
    {
        using var tape = new Tape<double>(Mode.Training);
        var x = tape.Input(Vector(1));
        var exp = new UnaryOperation<double>(UnaryFunction.Exp);
        exp.Apply(x);
        Assert.StartsWith(
            "Exp: an operation can be applied only once",
            Assert.Throws<InvalidOperationException>(() => exp.Apply(x)).Message,
            StringComparison.Ordinal);
        Assert.Equal(
            "Exp: an operation needs at least one input. (Parameter 'inputs')",
            Assert.Throws<ArgumentException>(() => new UnaryOperation<double>(UnaryFunction.Exp).Apply()).Message);
    }

    [Fact]
    public void A_gradient_of_another_shape_is_an_error()
    {
        using var tape = new Tape<double>(Mode.Training);
        var loss = new WrongShape().Apply(tape.Input(Vector(1, 2), requiresGradient: true)).Sum();
        Assert.Equal(
            "Backward: a gradient [] was passed to a variable [2].", Assert.Throws<ShapeException>(() => tape.Backward(loss)).Message);
    }

    [Fact]
    public void Saved_values_are_released_after_backward_or_immediately_without_one()
    {
        using var training = new Tape<double>(Mode.Training);
        var recorded = new Saving();
        var loss = recorded.Apply(training.Input(Vector(1), requiresGradient: true));
        Assert.False(recorded.Saved!.IsDisposed);
        training.Backward(loss);
        Assert.True(recorded.Saved.IsDisposed);

        using var evaluation = new Tape<double>(Mode.Evaluation);
        var unrecorded = new Saving();
        unrecorded.Apply(evaluation.Input(Vector(1)));
        Assert.True(unrecorded.Saved!.IsDisposed);

        var abandoned = new Saving();
        using (var tape = new Tape<double>(Mode.Training)) abandoned.Apply(tape.Input(Vector(1), requiresGradient: true));
        Assert.True(abandoned.Saved!.IsDisposed);
    }

    [Fact]
    public void Shapes_that_do_not_broadcast_name_the_operation()
    {
        using var tape = new Tape<double>(Mode.Training);
        Assert.StartsWith(
            "Multiply: [2] and [3] do not broadcast",
            Assert.Throws<ShapeException>(() => tape.Input(Vector(1, 2)) * tape.Input(Vector(1, 2, 3))).Message,
            StringComparison.Ordinal);
    }

    private static Tensor<double> Vector(params double[] elements) => Tensor<double>.FromArray(elements, [elements.Length], Context);

    private sealed class WrongShape : Operation<double>
    {
        protected override Tensor<double> Forward() => Input(0).Clone();

        protected override void Backward(Tensor<double> upstream) => Propagate(0, Tensor<double>.Scalar(1, upstream.Context));
    }

    private sealed class Saving : Operation<double>
    {
        public Tensor<double>? Saved { get; private set; }

        protected override Tensor<double> Forward()
        {
            Saved = Input(0).Clone();
            return Input(0).Clone();
        }

        protected override void Backward(Tensor<double> upstream) => Propagate(0, upstream * Saved!);

        protected override void ReleaseSaved() => Saved?.Dispose();
    }
}
