using System.Globalization;
using FsCheck;

namespace DeepSharp.Testing;

/// <summary>Configures property tests. Every run uses the same cases, unless DEEPSHARP_TEST_SEED sets another seed.</summary>
public static class PropertyConfig
{
    // The increment of FsCheck's random generator: 2⁶⁴ divided by the golden ratio, rounded to an odd number.
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    /// <summary>The seed as the <c>Replay</c> text of FsCheck's attributes, to be set in the constructor of a derived attribute.</summary>
    /// <exception cref="FormatException">DEEPSHARP_TEST_SEED is not an unsigned integer.</exception>
    public static string Replay => $"{Seed},{Gamma}";

    private static ulong Seed => Environment.GetEnvironmentVariable("DEEPSHARP_TEST_SEED") is { Length: > 0 } seed
        ? ulong.Parse(seed, CultureInfo.InvariantCulture) : 1;

    /// <summary>A configuration with <paramref name="count"/> cases. The error shows the smallest failing case that was found.</summary>
    /// <exception cref="FormatException">DEEPSHARP_TEST_SEED is not an unsigned integer.</exception>
    public static Config Of(int count) =>
        Config.QuickThrowOnFailure.WithMaxTest(count).WithQuietOnSuccess(true).WithReplay(Seed, Gamma);
}
