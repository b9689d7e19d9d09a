namespace DeepSharp.Autograd.Tests.Operations;

public class LogTests
{
    [Fact]
    public void Gradient_equals_central_differences() => GradientCheckProperty.Holds(x => x.Log(), (values, shape) => values.Positive(shape));
}
