namespace DeepSharp.Autograd.Tests.Operations;

public class NegateTests
{
    [Fact]
    public void Gradient_equals_central_differences() => GradientCheckProperty.Holds(x => -x);
}
