using System.Globalization;

namespace DeepSharp.Testing;

/// <summary>The number and the seed of generated cases that are too slow to generate thousands of them in every run.</summary>
internal static class GeneratedCases
{
    /// <summary>DEEPSHARP_GENERATED_CASES percent of a number of cases; a tenth of them if it is not set.</summary>
    public static int Count(int all) =>
        all * int.Parse(Environment.GetEnvironmentVariable("DEEPSHARP_GENERATED_CASES") ?? "10", CultureInfo.InvariantCulture) / 100;

    /// <summary>The seed of all generators: DEEPSHARP_TEST_SEED, or 1.</summary>
    public static int Seed => int.Parse(
        Environment.GetEnvironmentVariable("DEEPSHARP_TEST_SEED") is { Length: > 0 } seed ? seed : "1", CultureInfo.InvariantCulture);
}
