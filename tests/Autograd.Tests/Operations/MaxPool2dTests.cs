namespace DeepSharp.Autograd.Tests.Operations;

public class MaxPool2dTests
{
    [Fact]
    public void Gradient_equals_central_differences() => GradientCheckProperty.Holds(
        PoolingCases.Windows,
        (pooling, values) => [values.Distinct(pooling.Input)],
        (pooling, x) => x[0].MaxPool2d(pooling.Window));

    [Fact]
    public void Records_no_argmax_indices_if_no_backward_can_follow()
    {
        using var context = new ComputeContext(new ComputeOptions { Workers = 1 });
        using var x = Tensor<float>.Ones([2, 3, 4, 4], context);
        using (var tape = new Tape<float>(Mode.Evaluation)) tape.Input(x).MaxPool2d(2);
        using (var tape = new Tape<float>(Mode.Training)) tape.Input(x).MaxPool2d(2);
        // Only x and the two outputs are rented.
        Assert.Equal(3, context.Pool.Hits + context.Pool.Misses);
    }
}
