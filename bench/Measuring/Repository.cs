namespace DeepSharp.Bench.Measuring;

/// <summary>The checkout that contains the running benchmarks.</summary>
internal static class Repository
{
    /// <summary>The folder of the checkout.</summary>
    /// <exception cref="TypeInitializationException">The benchmarks do not run from a checkout.</exception>
    public static string Root { get; } = Find();

    // BenchmarkDotNet runs benchmarks from a subfolder of the project, so the checkout may be several folders up.
    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DeepSharp.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException(
            $"No folder above {AppContext.BaseDirectory} contains DeepSharp.sln; run the benchmarks from a checkout.");
    }
}
