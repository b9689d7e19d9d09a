using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests.Pooling;

public class MaxPoolTests
{
    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Equals_the_reference_in_float(VectorWidth width) =>
        Prop.ForAll(PoolCase.Arbitrary, pooling => Check<float>(pooling, width)).Check(PropertyConfig.Of(60));

    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Equals_the_reference_in_double(VectorWidth width) =>
        Prop.ForAll(PoolCase.Arbitrary, pooling => Check<double>(pooling, width)).Check(PropertyConfig.Of(60));

    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Equals_the_reference_for_windows_with_more_positions_than_a_byte_can_count(VectorWidth width)
    {
        var pooling = new PoolCase([2, 19, 21, 24], new(17, 19, 2, 3, 4, 5), Seed: 1);
        Check<float>(pooling, width);
        Check<double>(pooling, width);
        Check<float>(pooling with { Window = new(16, 16, 2, 3) }, width);
    }

    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void The_argmax_is_the_last_NaN_or_else_the_first_maximum(VectorWidth width)
    {
        // 18 channels are whole vectors and a remainder. All channels have the same map, whose four windows all have ties or NaN.
        const int Channels = 18;
        float[] map =
        [
            1, 1, /**/ float.NegativeInfinity, float.NegativeInfinity,
            1, 1, /**/ float.NegativeInfinity, float.NegativeInfinity,
            float.NaN, 9, /**/ 2, 7,
            9, float.NaN, /**/ 7, -3,
        ];
        float[] elements = [.. Enumerable.Repeat(map, Channels).SelectMany(m => m)];
        using var x = Tensor<float>.FromArray(elements, [1, Channels, 4, 4], TestContexts.Of(width));
        using var y = x.Context.Kernels.MaxPool2d(x, Window2d.Square(2, 2), recordArgmax: true, out var argmax);
        using var dy = Tensor<float>.Ones(y.Shape, x.Context);
        using var dx = x.Context.Kernels.MaxPool2dBackward(dy, argmax!, x.Shape, Window2d.Square(2, 2));
        argmax!.Dispose();
        Assert.Equal(Enumerable.Repeat(new[] { 1, float.NegativeInfinity, float.NaN, 7 }, Channels).SelectMany(m => m), y.ToArray());
        float[] expected = [1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0];
        Assert.Equal(Enumerable.Repeat(expected, Channels).SelectMany(m => m), dx.ToArray());
    }

    [Fact]
    public void Records_argmax_indices_only_on_request()
    {
        using var x = Tensor<float>.Ones([1, 3, 4, 4], TestContexts.Default);
        using var y = x.Context.Kernels.MaxPool2d(x, Window2d.Square(2, 2), recordArgmax: false, out var argmax);
        Assert.Null(argmax);
        Assert.Equal(Enumerable.Repeat(1f, 12), y.ToArray());
    }

    [Fact]
    public void Errors_name_an_invalid_window()
    {
        using var x = Tensor<float>.Ones([1, 3, 4, 4], TestContexts.Default);
        void Pool(Window2d window) => x.Context.Kernels.MaxPool2d(x, window, recordArgmax: false, out _);
        Assert.Contains(
            "at least 1",
            Assert.Throws<ArgumentOutOfRangeException>("window", () => Pool(Window2d.Square(2, 0))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "half the window",
            Assert.Throws<ArgumentOutOfRangeException>("window", () => Pool(Window2d.Square(3, 1, 2))).Message,
            StringComparison.Ordinal);
        Assert.Contains("4×4", Assert.Throws<ShapeException>(() => Pool(Window2d.Square(5, 5))).Message, StringComparison.Ordinal);
        using var matrix = Tensor<float>.Ones([4, 4], TestContexts.Default);
        Assert.Throws<ShapeException>(() => matrix.Context.Kernels.MaxPool2d(matrix, Window2d.Square(2, 2), recordArgmax: false, out _));
        Assert.Throws<ShapeException>(
            () => x.Context.Kernels.MaxPool2dBackward(x, x.Context.Pool.Rent<byte>(1), x.Shape, Window2d.Square(2, 2)));
    }

    private static void Check<T>(PoolCase pooling, VectorWidth width)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Few distinct values, so that most windows have ties.
        var stream = new RandomStream(pooling.Seed, "x");
        T[] values = [.. Enumerable.Range(0, pooling.Input.ElementCount).Select(i => T.CreateChecked(stream.Below(4, i) - 2))];
        using var x = Tensor<T>.FromArray(values, pooling.Input, TestContexts.Of(width));
        using var dy = pooling.Normal<T>(pooling.Output, "dy", width);
        using var y = x.Context.Kernels.MaxPool2d(x, pooling.Window, recordArgmax: true, out var argmax);
        using var dx = x.Context.Kernels.MaxPool2dBackward(dy, argmax!, x.Shape, pooling.Window);
        argmax!.Dispose();

        var (expected, gradient) = Reference(pooling, x, dy);
        Assert.Equal(pooling.Output, y.Shape);
        Assert.Equal(expected, y.ToArray());
        Assert.Equal(x.Shape, dx.Shape);
        double max = dy.ToArray().Max(g => Math.Abs(double.CreateChecked(g)));
        double bound = Tolerance.Sum<T>(pooling.Window.Area, pooling.Window.Area * max);
        foreach (var (found, reference) in dx.ToArray().Zip(gradient)) Assert.Equal(reference, double.CreateChecked(found), bound);
    }

    private static (T[] Output, double[] Gradient) Reference<T>(PoolCase pooling, Tensor<T> x, Tensor<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] input = x.ToArray(), upstream = dy.ToArray(), output = new T[upstream.Length];
        double[] gradient = new double[input.Length];
        int height = pooling.Input[2], width = pooling.Input[3], o = 0;
        for (int map = 0; map < pooling.Input[0] * pooling.Input[1]; map++)
        {
            for (int i = 0; i < pooling.Output[2]; i++)
            {
                for (int j = 0; j < pooling.Output[3]; j++, o++)
                {
                    // MaxBy returns the first of several maxima.
                    int argmax = pooling.Positions(i, j).Select(p => (((map * height) + p.H) * width) + p.W).MaxBy(p => input[p]);
                    output[o] = input[argmax];
                    gradient[argmax] += double.CreateChecked(upstream[o]);
                }
            }
        }

        return (output, gradient);
    }
}
