namespace DeepSharp.Autograd.Tests.Operations;

public class SigmoidTests
{
    [Fact]
    public void Gradient_equals_central_differences() => GradientCheckProperty.Holds(x => x.Sigmoid());
}
