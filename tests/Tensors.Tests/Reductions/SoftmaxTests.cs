using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests.Reductions;

public class SoftmaxTests
{
    // Every axis, contiguous and strided rows, long rows and many rows.
    private static readonly (Shape Shape, int Axis)[] LargeCases =
    [
        ([3, 1000], 1), ([1000, 3], 0), ([300, 130], 1), ([1, 40_000], 1),
        ([2, 130, 9, 7], 1), ([2, 17, 33, 9], 2), ([2, 3, 5, 70], 3), ([40, 3, 5, 7], 0),
    ];

    [Fact]
    public void Equals_the_reference()
    {
        var cases = from shape in Shapes.Any from axis in Gen.Choose(-shape.Rank, shape.Rank - 1) select (shape, axis);
        Prop.ForAll(cases.ToArbitrary(), sample =>
        {
            Check<float>(sample.shape, sample.axis, 3);
            Check<double>(sample.shape, sample.axis, 3);
        }).Check(PropertyConfig.Of(100));
        foreach (var (shape, axis) in LargeCases) Check<float>(shape, axis, 3);
    }

    [Fact]
    public void Does_not_overflow()
    {
        Check<float>([5, 7], 1, 1000);
        Check<float>([5, 7], 0, 1e30);
    }

    private static void Check<T>(Shape shape, int axis, double deviation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var context = TestContexts.Default;
        using var x = Tensor<T>.RandomNormal(shape, new RandomStream(shape.ElementCount, "x"), deviation: deviation, context: context);
        using var dy = Tensor<T>.RandomNormal(shape, new RandomStream(shape.ElementCount, "dy"), context: context);
        using var softmax = context.Kernels.Softmax(x, axis);
        using var logSoftmax = context.Kernels.LogSoftmax(x, axis);
        using var gradient = context.Kernels.SoftmaxBackward(softmax, dy, axis);
        using var logGradient = context.Kernels.LogSoftmaxBackward(logSoftmax, dy, axis);

        int length = shape[axis], stride = StorageLayout.RowMajorStrides(shape)[shape.Axis(axis)];
        double[] xs = Doubles(x), dys = Doubles(dy), y = Doubles(softmax), logY = Doubles(logSoftmax);
        double[] dx = Doubles(gradient), logDx = Doubles(logGradient);
        for (int i = 0; i < xs.Length; i++)
        {
            if (i / stride % length != 0) continue;
            int[] row = [.. Enumerable.Range(0, length).Select(j => i + (j * stride))];
            double max = row.Max(j => xs[j]), sum = row.Sum(j => Math.Exp(xs[j] - max));
            double dot = row.Sum(j => Math.Exp(xs[j] - max) / sum * dys[j]);
            double total = row.Sum(j => dys[j]), absolute = row.Sum(j => Math.Abs(dys[j]));
            foreach (int j in row)
            {
                double p = Math.Exp(xs[j] - max) / sum, logP = xs[j] - max - Math.Log(sum);
                // Rounding x − m causes a relative error of exp(x − m) proportional to m − x. Above 100, exp(x − m) is 0 in float.
                double relative = Tolerance.Sum<T>(length, 4 + Math.Min(max - xs[j], 100)), tiny = Tolerance.Tiny<T>();
                AssertClose(p, y[j], (relative * p) + tiny);
                AssertClose(logP, logY[j], Tolerance.Sum<T>(length, 4) + (4 * Tolerance.Epsilon<T>() * Math.Abs(logP)));
                AssertClose(p * (dys[j] - dot), dx[j], (relative * p * (Math.Abs(dys[j]) + (2 * absolute))) + tiny);
                AssertClose(dys[j] - (p * total), logDx[j], (relative * ((2 * p * absolute) + Math.Abs(dys[j]))) + tiny);
            }
        }

        void AssertClose(double expected, double actual, double tolerance)
        {
            if (!(Math.Abs(expected - actual) <= tolerance))
                Assert.Fail($"{shape} along axis {axis}, standard deviation {deviation}: {actual}, expected {expected} ± {tolerance}.");
        }
    }

    private static double[] Doubles<T>(Tensor<T> tensor)
        where T : unmanaged, IFloatingPointIeee754<T> => Array.ConvertAll(tensor.ToArray(), double.CreateTruncating);
}
