using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Autograd.Tests.Operations;

public class Conv2dTests
{
    [Fact]
    public void Gradient_equals_central_differences() => Check(
        from kernelHeight in Gen.Choose(1, 4)
        from kernelWidth in Gen.Choose(1, 4)
        from strideHeight in Gen.Choose(1, 3)
        from strideWidth in Gen.Choose(1, 3)
        from paddingHeight in Gen.Choose(0, 2)
        from paddingWidth in Gen.Choose(0, 2)
        select new Window2d(kernelHeight, kernelWidth, strideHeight, strideWidth, paddingHeight, paddingWidth));

    // At least eight channels: Winograd is the default algorithm for these, unless there are very few pixels.
    [Fact]
    public void Gradient_of_three_by_three_kernels_equals_central_differences() =>
        Check(from padding in Gen.Choose(0, 2) select Window2d.Square(3, 1, padding), moreChannels: 7);

    [Fact]
    public void Gradient_of_one_by_one_kernels_equals_central_differences() =>
        Check(Gen.Constant(new Window2d(1, 1)));

    private static void Check(Gen<Window2d> windows, int moreChannels = 0) =>
        GradientCheckProperty.Holds(
            from window in windows
            from n in Gen.Choose(1, 2)
            from c in Gen.Choose(1, 4)
            from k in Gen.Choose(1, 4)
            from h in Gen.Choose(1, 7)
            from w in Gen.Choose(1, 7)
            from bias in Gen.Elements(true, false)
            where h + (2 * window.PaddingHeight) >= window.Height && w + (2 * window.PaddingWidth) >= window.Width
            select (
                Input: new Shape(n, c + moreChannels, h, w),
                Weights: new Shape(k + moreChannels, c + moreChannels, window.Height, window.Width),
                window,
                bias),
            (sample, values) => sample.bias
                ? [values.Normal(sample.Input), values.Normal(sample.Weights), values.Normal([sample.Weights[0]])]
                : [values.Normal(sample.Input), values.Normal(sample.Weights)],
            (sample, x) => x[0].Conv2d(x[1], sample.bias ? x[2] : null, sample.window));
}
