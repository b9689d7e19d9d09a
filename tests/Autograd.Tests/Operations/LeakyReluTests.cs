namespace DeepSharp.Autograd.Tests.Operations;

public class LeakyReluTests
{
    [Fact]
    public void Gradient_equals_central_differences() => GradientCheckProperty.Holds(x => x.LeakyRelu(0.1), (values, shape) => values.AwayFromZero(shape));
}
