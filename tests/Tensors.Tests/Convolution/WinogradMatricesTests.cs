using System.Numerics;

namespace DeepSharp.Tensors.Tests.Convolution;

/// <summary>Compares the constants in the kernels with the Cook–Toom construction in exact fractions.</summary>
public class WinogradMatricesTests
{
    [Fact]
    public void F4x4_equals_the_Cook_Toom_construction_for_its_points() =>
        EqualsConstruction<Winograd4x4>([(0, 1), (1, 1), (-1, 1), (1, 2), (-2, 1)]);

    // The usual F(2×2) matrices have other signs than the construction for the points 0 and ∞, so only their product is checked.
    [Fact]
    public void F2x2_computes_the_convolution_of_unit_vectors() => ComputesConvolution<Winograd2x2>();

    [Fact]
    public void F4x4_computes_the_convolution_of_unit_vectors() => ComputesConvolution<Winograd4x4>();

    private static void EqualsConstruction<TTile>((int Numerator, int Denominator)[] points)
        where TTile : struct, IWinogradTile
    {
        var p = points.Select(point => new Fraction(point.Numerator, point.Denominator)).ToArray();
        int m = TTile.OutputSize, t = m + 2;
        var (input, weights, output) = (new Fraction[t, t], new Fraction[t, 3], new Fraction[m, t]);
        for (int j = 0; j < t; j++)
        {
            // A finite point p evaluates a polynomial at p, so its entries are powers of p. The point ∞ selects the leading coefficient.
            bool finite = j < p.Length;
            for (int i = 0; i < m; i++) output[i, j] = finite ? p[j].Power(i) : new Fraction(i == m - 1 ? 1 : 0, 1);

            // Lagrange: row j of Bᵀ is the polynomial whose roots are the other points. Row j of G is divided by its value at point j.
            var roots = p.Where((_, other) => other != j).ToArray();
            var polynomial = roots.Aggregate(new[] { Fraction.One }, MultiplyByRoot);
            for (int i = 0; i < t; i++) input[j, i] = i < polynomial.Length ? polynomial[i] : Fraction.Zero;
            var scale = finite ? roots.Aggregate(Fraction.One, (product, root) => product * (p[j] - root)) : Fraction.One;
            for (int i = 0; i < 3; i++) weights[j, i] = finite ? p[j].Power(i) / scale : new Fraction(i == 2 ? 1 : 0, 1);
        }

        Compare(input, Matrix<WinogradTransform.Input<TTile>>(t, t));
        Compare(weights, Matrix<WinogradTransform.Weights<TTile>>(3, t));
        Compare(output, Matrix<WinogradTransform.Output<TTile>>(t, m));
        Compare(Transposed(output), Matrix<WinogradTransform.OutputGradient<TTile>>(m, t));
        Compare(Transposed(weights), Matrix<WinogradTransform.WeightGradient<TTile>>(t, 3));
    }

    private static void ComputesConvolution<TTile>()
        where TTile : struct, IWinogradTile
    {
        int m = TTile.OutputSize, t = m + 2;
        double[,] input = Matrix<WinogradTransform.Input<TTile>>(t, t), weights = Matrix<WinogradTransform.Weights<TTile>>(3, t);
        double[,] output = Matrix<WinogradTransform.Output<TTile>>(t, m);
        double[,] outputGradient = Matrix<WinogradTransform.OutputGradient<TTile>>(m, t);
        double[,] weightGradient = Matrix<WinogradTransform.WeightGradient<TTile>>(t, 3);
        for (int i = 0; i < m; i++)
        {
            for (int d = 0; d < t; d++)
            {
                for (int g = 0; g < 3; g++)
                {
                    // y[i] = Σ d[i + g] · w[g]: the sum over the points must be 1 where d = i + g, and 0 elsewhere.
                    double sum = 0, gradient = 0;
                    for (int point = 0; point < t; point++)
                    {
                        sum += output[i, point] * input[point, d] * weights[point, g];
                        gradient += weightGradient[g, point] * input[point, d] * outputGradient[point, i];
                    }

                    double expected = d == i + g ? 1 : 0;
                    Assert.Equal(expected, sum, Tolerance.Sum<double>(t, 40));
                    Assert.Equal(expected, gradient, Tolerance.Sum<double>(t, 40));
                }
            }
        }
    }

    /// <summary>The matrix of a transform. Its columns are the transforms of the unit vectors.</summary>
    internal static double[,] Matrix<TTransform>(int from, int to)
        where TTransform : struct, IWinogradTransform
    {
        double[,] matrix = new double[to, from];
        for (int column = 0; column < from; column++)
        {
            double[] unit = new double[from], result = new double[to];
            unit[column] = 1;
            TTransform.Apply<SimdScalar<double>, double, double>(in unit[0], 1, ref result[0], 1);
            for (int row = 0; row < to; row++) matrix[row, column] = result[row];
        }

        return matrix;
    }

    private static void Compare(Fraction[,] expected, double[,] actual)
    {
        for (int i = 0; i < expected.GetLength(0); i++)
        {
            for (int j = 0; j < expected.GetLength(1); j++)
                Assert.Equal(expected[i, j].ToDouble(), actual[i, j], 4 * Tolerance.Epsilon<double>() * 8);
        }
    }

    private static Fraction[] MultiplyByRoot(Fraction[] polynomial, Fraction root)
    {
        var product = new Fraction[polynomial.Length + 1];
        for (int i = 0; i < product.Length; i++)
        {
            var shifted = i > 0 ? polynomial[i - 1] : Fraction.Zero;
            product[i] = i < polynomial.Length ? shifted - (root * polynomial[i]) : shifted;
        }

        return product;
    }

    private static Fraction[,] Transposed(Fraction[,] matrix)
    {
        var transposed = new Fraction[matrix.GetLength(1), matrix.GetLength(0)];
        for (int i = 0; i < matrix.GetLength(0); i++)
        {
            for (int j = 0; j < matrix.GetLength(1); j++) transposed[j, i] = matrix[i, j];
        }

        return transposed;
    }

    private readonly record struct Fraction(BigInteger Numerator, BigInteger Denominator)
    {
        public static Fraction Zero => new(0, 1);

        public static Fraction One => new(1, 1);

        public static Fraction operator *(Fraction a, Fraction b) => new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

        public static Fraction operator /(Fraction a, Fraction b) => new(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

        public static Fraction operator -(Fraction a, Fraction b) =>
            new((a.Numerator * b.Denominator) - (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

        public Fraction Power(int exponent)
        {
            var power = One;
            for (int i = 0; i < exponent; i++) power *= this;
            return power;
        }

        public double ToDouble() => (double)Numerator / (double)Denominator;
    }
}
