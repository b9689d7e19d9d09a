using DeepSharp.Tensors;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class VarianceTests
{
    [Fact]
    public void Gradient_equals_central_differences()
    {
        // The unbiased variance of one element is NaN, so it is excluded.
        var cases = from sample in Shapes.WithAxes
                    from unbiased in Gen.Elements(true, false)
                    from keepDims in Gen.Elements(true, false)
                    where !unbiased || AxisSet.Of(sample.Shape, sample.Axes).CountIn(sample.Shape) > 1
                    select (sample.Shape, sample.Axes, unbiased, keepDims);
        GradientCheckProperty.Holds(
            cases,
            (sample, values) => [values.Normal(sample.Shape)],
            (sample, x) => x[0].Variance(sample.Axes, sample.unbiased, sample.keepDims));
    }
}
