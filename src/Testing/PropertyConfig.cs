using System.Globalization;
using FsCheck;

namespace DeepSharp.Testing;

/// <summary>The configuration of property tests. Every run uses the same cases, unless DEEPSHARP_TEST_SEED sets another seed.</summary>
public static class PropertyConfig
{
    // The odd increment of FsCheck's random generator: 2⁶⁴ divided by the golden ratio.
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    /// <summary>The seed of the cases as FsCheck's attributes take it: <c>[Property(Replay = …)]</c>.</summary>
    public static string Replay => $"{Seed},{Gamma}";

    private static ulong Seed => Environment.GetEnvironmentVariable("DEEPSHARP_TEST_SEED") is { Length: > 0 } seed
        ? ulong.Parse(seed, CultureInfo.InvariantCulture) : 1;

    /// <summary>Checks <paramref name="count"/> cases. If one fails, throws an error that shows the smallest failing case.</summary>
    public static Config Of(int count) =>
        Config.QuickThrowOnFailure.WithMaxTest(count).WithQuietOnSuccess(true).WithReplay(Seed, Gamma);
}
