namespace DeepSharp.Autograd.Tests.Operations;

public class GeluTests
{
    [Theory]
    [InlineData(GeluApproximation.None)]
    [InlineData(GeluApproximation.Tanh)]
    public void Gradient_equals_central_differences(GeluApproximation approximation) => GradientCheckProperty.Holds(x => x.Gelu(approximation));

    [Theory]
    [InlineData(GeluApproximation.None)]
    [InlineData(GeluApproximation.Tanh)]
    public void Gradient_equals_central_differences_far_from_zero(GeluApproximation approximation) =>
        GradientCheckProperty.Holds(x => x.Gelu(approximation), (values, shape) => values.Uniform(shape, -6, 6));
}
