using System.Globalization;
using FsCheck;

namespace DeepSharp.Testing;

/// <summary>How properties are checked: with the same cases in every run, or with others if DEEPSHARP_TEST_SEED is set to a number.</summary>
public static class PropertyConfig
{
    // The odd increment of FsCheck's generator: 2⁶⁴ divided by the golden ratio.
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    /// <summary>Checks <paramref name="count"/> cases and throws, with the smallest failing case, when one fails.</summary>
    public static Config Of(int count)
    {
        string? seed = Environment.GetEnvironmentVariable("DEEPSHARP_TEST_SEED");
        return Config.QuickThrowOnFailure.WithMaxTest(count).WithReplay(string.IsNullOrEmpty(seed) ? 1 : ulong.Parse(seed, CultureInfo.InvariantCulture), Gamma);
    }
}
