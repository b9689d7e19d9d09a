namespace DeepSharp.Tensors.Tests.Convolution;

/// <summary>How far Winograd may be from the exact result.</summary>
/// <remarks>
/// The transforms mix all elements of a tile, so an output's error is relative to the whole tile and not to its own sum. A wrong coefficient shifts
/// results by more than a hundredth; rounding by less than 1e-5 of the norm in float, and as much less in double as its ε is smaller.
/// </remarks>
internal static class WinogradBound
{
    // 1e-5 in units of the float's ε: 84 roundings.
    private const double RelativeNorm = 84;

    public static void Require<T>(double[] expected, double[] found, double[] absolute, string what)
    {
        double error = 0, norm = 0, worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs(found[i] - expected[i]);
            error += difference * difference;
            // Outputs may cancel to nearly nothing (one output, a few terms), so the norm is that of sums without cancellation in quadrature.
            norm += absolute[i] * absolute[i];
            worst = Math.Max(worst, double.IsNaN(difference) ? double.PositiveInfinity : difference);
        }

        double bound = RelativeNorm * Tolerance.Epsilon<T>();
        double relative = Math.Sqrt(error / Math.Max(norm, double.Epsilon)), rms = Math.Sqrt(norm / expected.Length);
        if (!(relative <= bound)) Assert.Fail($"{what}: relative error {relative:g3} is above {bound:g3}.");
        if (!(worst <= 2 * bound * rms * Math.Sqrt(expected.Length))) Assert.Fail($"{what}: largest error {worst:g3}, the norm per output is {rms:g3}.");
    }
}
