namespace DeepSharp.Autograd.Tests.Operations;

public class ExpTests
{
    [Fact]
    public void Gradient_equals_central_differences() => GradientCheckProperty.Holds(x => x.Exp());
}
