namespace DeepSharp.Vgg;

/// <summary>Checks the numbers that optimizers are given.</summary>
internal static class Rate
{
    /// <summary>The value itself, if it is a finite number of at least 0.</summary>
    public static double Require(double value, string name) =>
        value >= 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, $"{name} must be a finite number of at least 0, found {value}.");
}
