namespace DeepSharp.Autograd.Tests.Operations;

public class SqrtTests
{
    [Fact]
    public void Gradient_equals_central_differences() => GradientCheckProperty.Holds(x => x.Sqrt(), (values, shape) => values.Positive(shape));
}
