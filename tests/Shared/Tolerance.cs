namespace DeepSharp.Testing;

/// <summary>Error bounds of floating-point results, by formula.</summary>
public static class Tolerance
{
    /// <summary>
    /// The bound of a sum of <paramref name="terms"/> products: terms · ε · Σ|products| (Higham, "Accuracy and Stability", eq. 3.5).
    /// The caller passes the largest sum of absolute products. The bound is at least a few ε, for a single rounding.
    /// </summary>
    public static double Sum<T>(int terms, double absoluteSum) => (terms + 4) * Epsilon<T>() * absoluteSum;

    /// <summary>The distance from 1 to the next larger number.</summary>
    public static double Epsilon<T>() => typeof(T) == typeof(float) ? Math.Pow(2, -23) : Math.Pow(2, -52);

    /// <summary>The smallest normal number, below which results lose digits or become zero.</summary>
    public static double Tiny<T>() => typeof(T) == typeof(float) ? Math.Pow(2, -126) : Math.Pow(2, -1022);
}
