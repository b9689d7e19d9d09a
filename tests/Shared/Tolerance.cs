namespace DeepSharp.Testing;

/// <summary>Formulas for the error bounds of floating-point results.</summary>
public static class Tolerance
{
    /// <summary>
    /// The error bound of a sum of <paramref name="terms"/> products: (terms + 4) · ε · Σ|products|, after Higham, "Accuracy and Stability
    /// of Numerical Algorithms", eq. 3.5. The 4 allows for a few other roundings. The caller passes Σ|products|.
    /// </summary>
    public static double Sum<T>(int terms, double absoluteSum) => (terms + 4) * Epsilon<T>() * absoluteSum;

    /// <summary>ε, the distance from 1 to the next larger number.</summary>
    public static double Epsilon<T>() => typeof(T) == typeof(float) ? Math.Pow(2, -23) : Math.Pow(2, -52);

    /// <summary>The smallest normal number, below which results lose digits or become zero.</summary>
    public static double Tiny<T>() => typeof(T) == typeof(float) ? Math.Pow(2, -126) : Math.Pow(2, -1022);
}
