namespace DeepSharp.Autograd.Tests.Operations;

public class TanhTests
{
    [Fact]
    public void Gradient_equals_central_differences() => GradientCheckProperty.Holds(x => x.Tanh());
}
