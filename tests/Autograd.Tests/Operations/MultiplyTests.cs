namespace DeepSharp.Autograd.Tests.Operations;

public class MultiplyTests
{
    [Fact]
    public void Gradients_equal_central_differences_on_shapes_that_broadcast() => GradientCheckProperty.Holds(
        Shapes.Broadcastable,
        (shapes, values) => [values.Normal(shapes.Left), values.Normal(shapes.Right)],
        (_, inputs) => inputs[0] * inputs[1],
        Shapes.Shrink);

    [Fact]
    public void Gradient_of_a_shared_operand_equals_central_differences() =>
        GradientCheckProperty.Holds(x => x * x);

    [Fact]
    public void Gradient_with_numbers_equals_central_differences() => GradientCheckProperty.Holds(x => (2 * x) * (x * 3));
}
