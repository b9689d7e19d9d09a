using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace DeepSharp.Tensors.Tests.Gemm;

public class GemmTests
{
    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Equals_the_double_reference_in_float(VectorWidth width) => EqualsReference<float>(width);

    [Theory]
    [MemberData(nameof(TestContexts.Widths), MemberType = typeof(TestContexts))]
    public void Equals_the_double_reference_in_double(VectorWidth width) => EqualsReference<double>(width);

    // The loop nest has blocks of depth 512 and packs up to 1,536 rows, a depth of 1,536 and 2,048 columns at once. For up to 48 rows of A,
    // a B stored by rows is read in place, with blocks of depth 16 and up to 4,096 columns. Each shape slightly exceeds one or more of
    // these sizes. The first four shapes store B by columns, the others by rows.
    [Theory]
    [InlineData(1537, 5, 3, true)]
    [InlineData(97, 2100, 17, true)]
    [InlineData(7, 33, 3100, true)]
    [InlineData(17, 33, 3100, true)]
    [InlineData(49, 2049, 513, false)]
    [InlineData(48, 515, 1537, false)]
    [InlineData(5, 4099, 17, false)]
    [InlineData(1, 3, 1553, false)]
    public void Equals_the_double_reference_across_every_block_boundary(int m, int n, int k, bool transposeB) =>
        Check<float>(TestContexts.Default, new(m, n, k, TransposeA: false, transposeB, Alpha: 0.5, Beta: 1, Seed: 1));

    [Fact]
    public void Gives_the_same_bits_on_any_number_of_workers()
    {
        var results = new[] { 1, 2, 5 }.Select(workers =>
        {
            using var context = new ComputeContext(new ComputeOptions { Workers = workers });
            using var a = Tensor<float>.RandomNormal([301, 417], new RandomStream(1, "a"), context: context);
            using var b = Tensor<float>.RandomNormal([417, 333], new RandomStream(1, "b"), context: context);
            using var c = new Tensor<float>([301, 333], context);
            context.Kernels.Gemm(1, a, false, b, false, 0, c);
            return c.ToArray();
        }).ToArray();
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void Errors_name_both_mismatched_shapes()
    {
        using var a = Tensor<float>.Zeros([2, 3]);
        using var b = Tensor<float>.Zeros([4, 5]);
        using var c = Tensor<float>.Zeros([2, 5]);
        var error = Assert.Throws<ShapeException>(() => a.Context.Kernels.Gemm(1, a, false, b, false, 0, c));
        Assert.Contains("[2, 3] times [4, 5]", error.Message, StringComparison.Ordinal);
    }

    private static void EqualsReference<T>(VectorWidth width)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var dimension = Gen.Frequency((4, Gen.Choose(1, 20)), (2, Gen.Choose(21, 140)), (1, Gen.Elements(1, 6, 16, 32, 96, 193, 257, 514)));
        var cases = from m in dimension
                    from n in dimension
                    from k in dimension
                    from transposes in Gen.Choose(0, 3)
                    from alpha in Gen.Elements(1.0, -0.5)
                    from beta in Gen.Elements(0.0, 1.0, 0.25)
                    from seed in Gen.Choose(0, 1000)
                    select new Case(m, n, k, (transposes & 1) != 0, (transposes & 2) != 0, alpha, beta, seed);
        Prop.ForAll(cases.ToArbitrary(), c => Check<T>(TestContexts.Of(width), c)).Check(PropertyConfig.Of(60));
    }

    private static void Check<T>(ComputeContext context, Case sample)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (m, n, k, transposeA, transposeB, alpha, beta, seed) = sample;
        using var a = Tensor<T>.RandomNormal(transposeA ? [k, m] : [m, k], new RandomStream(seed, "a"), context: context);
        using var b = Tensor<T>.RandomNormal(transposeB ? [n, k] : [k, n], new RandomStream(seed, "b"), context: context);
        // With beta = 0 the target must not be read. The test context fills it with NaN.
        using var c = beta == 0
            ? new Tensor<T>([m, n], context)
            : Tensor<T>.RandomNormal([m, n], new RandomStream(seed, "c"), context: context);
        T[] before = c.ToArray();
        context.Kernels.Gemm(T.CreateChecked(alpha), a, transposeA, b, transposeB, T.CreateChecked(beta), c);

        ReadOnlySpan<T> left = a.Read(), right = b.Read(), actual = c.Read();
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double sum = 0, absolute = 0;
                for (int p = 0; p < k; p++)
                {
                    T x = left[transposeA ? (p * m) + i : (i * k) + p], y = right[transposeB ? (j * k) + p : (p * n) + j];
                    double product = double.CreateChecked(x) * double.CreateChecked(y);
                    sum += product;
                    absolute += Math.Abs(product);
                }

                double old = beta == 0 ? 0 : beta * double.CreateChecked(before[(i * n) + j]);
                double expected = (alpha * sum) + old, tolerance = Tolerance.Sum<T>(k, Math.Abs(alpha * absolute) + Math.Abs(old));
                double found = double.CreateChecked(actual[(i * n) + j]);
                if (!(Math.Abs(found - expected) <= tolerance))
                    Assert.Fail($"{sample}: c[{i}, {j}] is {found}, expected {expected} ± {tolerance}.");
            }
        }
    }

    private sealed record Case(int M, int N, int K, bool TransposeA, bool TransposeB, double Alpha, double Beta, int Seed);
}
