using System.Numerics;

namespace DeepSharp.Autograd.Tests.Parity;

public abstract class ConvolutionParity<T>() : ParityTests<T>("convolution")
    where T : unmanaged, IFloatingPointIeee754<T>
{
    protected override Dictionary<string, Func<ParityCase<T>, Variable<T>>> Cases { get; } = new()
    {
        ["padded_3x3"] = c => c["input"].Conv2d(c["weight"], c["bias"], padding: 1),
        ["padded_3x3_deep"] = c => c["input"].Conv2d(c["weight"], c["bias"], padding: 1),
        ["padded_3x3_small_map"] = c => c["input"].Conv2d(c["weight"], c["bias"], padding: 1),
        ["valid_3x3_without_bias"] = c => c["input"].Conv2d(c["weight"]),
        ["pointwise"] = c => c["input"].Conv2d(c["weight"], c["bias"]),
        ["pointwise_stride_2"] = c => c["input"].Conv2d(c["weight"], c["bias"], stride: 2),
        ["padded_5x5_stride_2"] = c => c["input"].Conv2d(c["weight"], c["bias"], stride: 2, padding: 2),
        ["padded_7x7_stride_2"] = c => c["input"].Conv2d(c["weight"], c["bias"], stride: 2, padding: 3),
        ["kernel_3x2_without_bias"] = c => c["input"].Conv2d(c["weight"], padding: 1),
        ["kernel_2x3_stride_2x1_padding_0x2"] = c => c["input"].Conv2d(c["weight"], c["bias"], new Window2d(2, 3, 2, 1, 0, 2)),
    };

    public static TheoryData<string> Algorithms => [.. ConvolutionAlgorithms.All.Select(algorithm => algorithm.Name)];

    // The error of Winograd is relative to the sums of a whole tile, not to those of one output. The bound allows for this: it is the
    // largest bound of any element of the tensor.
    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Every_algorithm_equals_PyTorch(string algorithm)
    {
        using var context = new ComputeContext(new ComputeOptions { Workers = 2, ConvolutionAlgorithm = algorithm, FillWithNaN = true });
        RequireEqual(context);
    }
}

public sealed class ConvolutionParityInFloat : ConvolutionParity<float>;

public sealed class ConvolutionParityInDouble : ConvolutionParity<double>;
