namespace DeepSharp.Tensors;

/// <summary>The standard normal distribution.</summary>
internal static class NormalDistribution
{
    // Beyond this |x|, the series needs more terms than the continued fraction, which converges faster as |x| grows.
    private const double Tail = 3.5;
    private const int FractionLevels = 40;

    /// <summary>The density φ(x) = exp(−x²/2) / √2π.</summary>
    public static double Density(double x) => Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);

    /// <summary>The distribution function Φ(x) = (1 + erf(x/√2)) / 2, with an absolute error of about 10⁻¹⁶.</summary>
    public static double Cumulative(double x)
    {
        double z = Math.Abs(x);
        if (z < Tail) return 0.5 + (Density(x) * Series(x));
        double above = Density(z) / Fraction(z);
        return x > 0 ? 1 - above : above;
    }

    /// <summary>x + x³/3 + x⁵/(3·5) + x⁷/(3·5·7) + … = (Φ(x) − ½) / φ(x) (Marsaglia, "Evaluating the normal distribution", 2004).</summary>
    private static double Series(double x)
    {
        double sum = x, term = x;
        for (int odd = 3; sum + term != sum; odd += 2)
        {
            term *= x * x / odd;
            sum += term;
        }

        return sum;
    }

    /// <summary>z + 1/(z + 2/(z + 3/(z + …))) = φ(z) / (1 − Φ(z)) (Laplace; Abramowitz and Stegun 26.2.14).</summary>
    private static double Fraction(double z)
    {
        double value = z;
        for (int level = FractionLevels; level > 0; level--) value = z + (level / value);
        return value;
    }
}
