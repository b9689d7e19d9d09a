using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests.Pooling;

public class AveragePoolTests
{
    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Equals_the_reference(VectorWidth width) => Prop.ForAll(PoolCase.Arbitrary, pooling =>
    {
        bool countPadding = pooling.Seed % 2 == 0;
        Check<float>(pooling, countPadding, width);
        Check<double>(pooling, countPadding, width);
    }).Check(PropertyConfig.Of(60));

    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Adaptive_equals_the_reference(VectorWidth width)
    {
        var cases = from pooling in PoolCase.Arbitrary.Generator
                    from height in Gen.Choose(1, 11)
                    from columns in Gen.Choose(1, 11)
                    select (pooling, height, columns);
        Prop.ForAll(Arb.From(cases), adaptive =>
        {
            CheckAdaptive<float>(adaptive.pooling, adaptive.height, adaptive.columns, width);
            CheckAdaptive<double>(adaptive.pooling, adaptive.height, adaptive.columns, width);
        }).Check(PropertyConfig.Of(60));
    }

    [Fact]
    public void Errors_name_invalid_shapes()
    {
        using var x = Tensor<float>.Ones([1, 3, 4, 4], TestContexts.Default);
        using var matrix = Tensor<float>.Ones([4, 4], TestContexts.Default);
        var kernels = x.Context.Kernels;
        Assert.Contains(
            "0×2",
            Assert.Throws<ArgumentOutOfRangeException>("height", () => kernels.AdaptiveAveragePool2d(x, 0, 2)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "[4, 4]", Assert.Throws<ShapeException>(() => kernels.AdaptiveAveragePool2d(matrix, 2, 2)).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => kernels.AdaptiveAveragePool2dBackward(matrix, x.Shape));
        Assert.Throws<ShapeException>(() => kernels.AdaptiveAveragePool2dBackward(x, [1, 2, 8, 8]));
        Assert.Throws<ShapeException>(() => kernels.AveragePool2dBackward(x, x.Shape, Window2d.Square(2, 2), countPadding: true));
    }

    private static void Check<T>(PoolCase pooling, bool countPadding, VectorWidth width)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using Tensor<T> x = pooling.Normal<T>(pooling.Input, "x", width), dy = pooling.Normal<T>(pooling.Output, "dy", width);
        using var y = x.Context.Kernels.AveragePool2d(x, pooling.Window, countPadding);
        using var dx = x.Context.Kernels.AveragePool2dBackward(dy, x.Shape, pooling.Window, countPadding);
        Compare(x, y, dy, dx, pooling.Output, (i, j) =>
        {
            (int H, int W)[] positions = [.. pooling.Positions(i, j)];
            return (positions, countPadding ? pooling.Window.Height * pooling.Window.Width : positions.Length);
        });
    }

    private static void CheckAdaptive<T>(PoolCase pooling, int height, int columns, VectorWidth width)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Shape input = pooling.Input, output = [input[0], input[1], height, columns];
        using Tensor<T> x = pooling.Normal<T>(input, "x", width), dy = pooling.Normal<T>(output, "dy", width);
        using var y = x.Context.Kernels.AdaptiveAveragePool2d(x, height, columns);
        using var dx = x.Context.Kernels.AdaptiveAveragePool2dBackward(dy, input);
        static IEnumerable<int> Bin(int o, int inputs, int outputs)
        {
            int start = (int)Math.Floor((double)o * inputs / outputs), end = (int)Math.Ceiling((o + 1.0) * inputs / outputs);
            return Enumerable.Range(start, end - start);
        }

        Compare(x, y, dy, dx, output, (i, j) =>
        {
            (int H, int W)[] positions = [.. from h in Bin(i, input[2], height) from w in Bin(j, input[3], columns) select (h, w)];
            return (positions, positions.Length);
        });
    }

    private static void Compare<T>(
        Tensor<T> x,
        Tensor<T> y,
        Tensor<T> dy,
        Tensor<T> dx,
        Shape output,
        Func<int, int, ((int H, int W)[] Positions, int Divisor)> window)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] input = [.. x.ToArray().Select(double.CreateChecked)], upstream = [.. dy.ToArray().Select(double.CreateChecked)];
        double[] expected = new double[upstream.Length], gradient = new double[input.Length];
        double[] size = new double[upstream.Length], gradientSize = new double[input.Length];
        int[] terms = new int[upstream.Length], gradientTerms = new int[input.Length];
        int maps = output[0] * output[1], height = x.Shape[2], width = x.Shape[3];
        for (int i = 0; i < output[2]; i++)
        {
            for (int j = 0; j < output[3]; j++)
            {
                var (positions, divisor) = window(i, j);
                for (int map = 0; map < maps; map++)
                {
                    int o = (((map * output[2]) + i) * output[3]) + j;
                    foreach (var (h, w) in positions)
                    {
                        int p = (((map * height) + h) * width) + w;
                        expected[o] += input[p] / divisor;
                        size[o] += Math.Abs(input[p] / divisor);
                        terms[o]++;
                        gradient[p] += upstream[o] / divisor;
                        gradientSize[p] += Math.Abs(upstream[o] / divisor);
                        gradientTerms[p]++;
                    }
                }
            }
        }

        Assert.Equal(output, y.Shape);
        Assert.Equal(x.Shape, dx.Shape);
        T[] found = y.ToArray(), foundGradient = dx.ToArray();
        for (int o = 0; o < found.Length; o++)
            Assert.Equal(expected[o], double.CreateChecked(found[o]), Tolerance.Sum<T>(terms[o], size[o]));
        for (int p = 0; p < foundGradient.Length; p++)
            Assert.Equal(gradient[p], double.CreateChecked(foundGradient[p]), Tolerance.Sum<T>(gradientTerms[p], gradientSize[p]));
    }
}
