namespace DeepSharp.Autograd.Tests;

public class GradientCheckTests
{
    private static readonly ComputeContext Context = TestContexts.Default;

    [Fact]
    public void Correct_gradients_pass()
    {
        using var x = new TestValues(1).Normal([2, 3]);
        var result = GradientCheck.Run((_, inputs) => inputs[0] * inputs[0].Exp(), [x]);
        Assert.True(result.Passed, result.ToString());
        Assert.Equal(6, result.CheckedElements);
        Assert.Equal("Gradient check passed: 6 elements.", result.ToString());
        result.Require();
    }

    [Fact]
    public void A_wrong_gradient_is_reported_with_its_input_its_index_and_both_values()
    {
        using var x = new TestValues(1, Context).Normal([2]);
        using var y = Tensor<double>.Full([1, 3, 2, 2], 5, Context);
        var result = GradientCheck.Run((_, inputs) => inputs[0].Exp().Sum() * new OneElementWrong().Apply(inputs[1]).Sum(), [x, y]);
        Assert.False(result.Passed);
        var mismatch = Assert.Single(result.Mismatches);
        Assert.Equal("input 1", mismatch.Input);
        Assert.Equal([0, 2, 1, 0], mismatch.Index);
        Assert.Equal(1.001, mismatch.Analytic / mismatch.Numeric, 1e-6);
        string report = Assert.Throws<InvalidOperationException>(result.Require).Message;
        Assert.StartsWith("Gradient check failed for 1 of 14 elements:", report, StringComparison.Ordinal);
        Assert.Contains("input 1 [1, 3, 2, 2] at [0, 2, 1, 0]: backward gives ", report, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"{mismatch.Numeric:G10}"), report, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gradient_that_is_correct_only_for_equal_upstream_elements_is_found()
    {
        using var x = new TestValues(1).Normal([4]);
        Assert.False(GradientCheck.Run((_, inputs) => new MeanUpstream().Apply(inputs[0]), [x]).Passed);
    }

    [Fact]
    public void NaN_fails_the_check()
    {
        using var x = Tensor<double>.FromArray([-1, 4], [2], Context);
        Assert.False(GradientCheck.Run((_, inputs) => inputs[0].Sqrt(), [x]).Passed);
    }

    [Fact]
    public void The_inputs_stay_unchanged()
    {
        using var x = new TestValues(1).Normal([3]);
        double[] before = x.ToArray();
        long version = x.Version;
        GradientCheck.Run((_, inputs) => inputs[0].Exp(), [x]);
        Assert.Equal(before, x.ToArray());
        Assert.Equal(version, x.Version);
    }

    [Fact]
    public void Parameters_are_reported_by_name_restored_and_left_without_gradient()
    {
        using var weight = new Parameter<double>(new TestValues(1).Normal([3]));
        using var frozen = new Parameter<double>(new TestValues(2).Normal([3])) { RequiresGradient = false };
        double[] before = weight.Value.ToArray();
        Variable<double> Product(Tape<double> tape) => tape.Use(weight) * tape.Use(weight) * tape.Use(frozen);
        var result = GradientCheck.Run(Product, [("weight", weight), ("frozen", frozen)]);
        Assert.True(result.Passed, result.ToString());
        Assert.Equal(3, result.CheckedElements);
        Assert.Equal(before, weight.Value.ToArray());
        Assert.Null(weight.Gradient);

        var wrong = GradientCheck.Run(tape => new MeanUpstream().Apply(Product(tape)), [("features.0.weight", weight)]);
        Assert.Contains("features.0.weight [3] at [0]", wrong.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_that_the_output_does_not_depend_on_has_a_zero_gradient()
    {
        using var used = new Parameter<double>(new TestValues(1).Normal([3]));
        using var unused = new Parameter<double>(new TestValues(2).Normal([2]));
        GradientCheck.Run(tape => tape.Use(used).Exp(), [("used", used), ("unused", unused)]).Require();
        // The output depends on the value of the parameter, but not through a variable of the parameter: its gradient is missing.
        Assert.False(GradientCheck.Run(tape => tape.Input(used.Value).Exp(), [("used", used)]).Passed);
    }

    [Fact]
    public void Large_tensors_are_sampled()
    {
        using var x = new TestValues(1).Normal([100]);
        int calls = 0;
        var result = GradientCheck.Run(
            (_, inputs) =>
            {
                calls++;
                return inputs[0].Exp();
            },
            [x],
            maxElements: 7);
        Assert.Equal(7, result.CheckedElements);
        Assert.Equal(1 + (2 * 7), calls);
    }

    [Fact]
    public void The_report_lists_at_most_ten_mismatches()
    {
        using var x = new TestValues(1).Normal([100]);
        string[] lines = GradientCheck.Run((_, inputs) => new MeanUpstream().Apply(inputs[0]), [x]).ToString().Split('\n');
        Assert.Equal(12, lines.Length);
        Assert.Equal("…", lines[^1]);
    }

    /// <summary>The identity, with a gradient that is a thousandth too large in element [0, 2, 1, 0].</summary>
    private sealed class OneElementWrong : Operation<double>
    {
        protected override Tensor<double> Forward() => Input(0).Clone();

        protected override void Backward(Tensor<double> upstream)
        {
            upstream[0, 2, 1, 0] *= 1.001;
            Propagate(0, upstream);
        }
    }

    /// <summary>The identity, with a gradient that is correct only when all upstream elements are equal.</summary>
    private sealed class MeanUpstream : Operation<double>
    {
        protected override Tensor<double> Forward() => Input(0).Clone();

        protected override void Backward(Tensor<double> upstream) =>
            Propagate(0, Tensor<double>.Full(upstream.Shape, upstream.ToArray().Average(), upstream.Context));
    }
}
