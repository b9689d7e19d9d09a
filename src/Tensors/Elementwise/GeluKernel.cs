using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>The Gaussian error linear unit x · Φ(x) (Hendrycks and Gimpel, arXiv 1606.08415), exact or by its approximation with a hyperbolic tangent.</summary>
internal static class GeluKernel
{
    // ½x(1 + tanh(√(2/π)(x + 0.044715x³))), the approximation of the paper and of PyTorch.
    private const double Cubic = 0.044715;
    private static readonly double Scale = Math.Sqrt(2 / Math.PI);

    /// <summary>y = x · Φ(x).</summary>
    public static Tensor<T> Forward<T>(Tensor<T> x, GeluApproximation approximation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Func<double, double> gate = approximation == GeluApproximation.Tanh ? TanhGate : NormalDistribution.Cumulative;
        return UnaryKernel.Run(x, "Gelu", (source, target) =>
        {
            for (int i = 0; i < source.Length; i++)
            {
                double value = double.CreateTruncating(source[i]);
                target[i] = T.CreateTruncating(value * gate(value));
            }
        });
    }

    /// <summary>dx = dy · (Φ(x) + x · Φ′(x)).</summary>
    public static Tensor<T> Backward<T>(Tensor<T> x, Tensor<T> dy, GeluApproximation approximation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Func<double, double> slope = approximation == GeluApproximation.Tanh ? TanhSlope : ExactSlope;
        var derivative = UnaryKernel.Run(x, "Gelu backward", (source, target) =>
        {
            for (int i = 0; i < source.Length; i++) target[i] = T.CreateTruncating(slope(double.CreateTruncating(source[i])));
        });
        using (derivative) return BinaryKernel.Run(derivative, dy, "Gelu backward", default(MultiplyOperator<T>));
    }

    private static double ExactSlope(double x) => NormalDistribution.Cumulative(x) + (x * NormalDistribution.Density(x));

    private static double TanhGate(double x) => 0.5 * (1 + Math.Tanh(Scale * (x + (Cubic * x * x * x))));

    private static double TanhSlope(double x)
    {
        // With g = ½(1 + t): g′ = ½(1 − t²)u′ = 2g(1 − g)u′.
        double g = TanhGate(x);
        return g + (x * 2 * g * (1 - g) * Scale * (1 + (3 * Cubic * x * x)));
    }
}
