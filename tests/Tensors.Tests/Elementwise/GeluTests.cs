namespace DeepSharp.Tensors.Tests.Elementwise;

public class GeluTests
{
    private static readonly double[] X = [-8, -4, -3.49, -1, -0.1, 0, 0.3, 2, 3.51, 10];

    [Fact]
    public void Equals_known_values() => Equal(
        GeluApproximation.None,
        // Python: 0.5 * x * math.erfc(-x / math.sqrt(2))
        -4.9767684594174555e-15, -0.00012668496733247986, -0.0008428708547517477, -0.15865525393145707, -0.0460172162722971, 0,
        0.18537342665668577, 1.9544997361036416, 3.5092135727520612, 10);

    [Fact]
    public void Tanh_approximation_equals_known_values() => Equal(
        GeluApproximation.Tanh,
        // Python: 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
        0, -7.024594819227126e-05, -0.0006408559551130544, -0.15880800939172324, -0.04601724895456484, 0,
        0.18537092354275922, 1.954597694087775, 3.50940760564432, 10);

    [Fact]
    public void Float_equals_the_rounded_double_result()
    {
        using var x = Tensor<float>.RandomUniform([1001], new RandomStream(1, "x"), -6, 6, TestContexts.Default);
        using var wide = Tensor<double>.FromArray(Array.ConvertAll(x.ToArray(), v => (double)v), [1001], TestContexts.Default);
        using var y = x.Gelu();
        using var reference = wide.Gelu();
        Assert.Equal(Array.ConvertAll(reference.ToArray(), v => (float)v), y.ToArray());
    }

    // The absolute error of Φ(x) is a few ε, so that of x · Φ(x) is a few ε · |x|.
    private static void Equal(GeluApproximation approximation, params double[] expected)
    {
        using var x = Tensor<double>.FromArray(X, [X.Length], TestContexts.Default);
        using var y = x.Gelu(approximation);
        double[] actual = y.ToArray();
        for (int i = 0; i < X.Length; i++) Assert.Equal(expected[i], actual[i], 4 * Tolerance.Epsilon<double>() * Math.Abs(X[i]));
    }
}
