using System.CommandLine;
using DeepSharp.Tensors;

namespace DeepSharp.Cli.Options;

/// <summary>The options that control the computation.</summary>
internal sealed class ComputeSettings
{
    private readonly Option<int?> threads =
        Numbers.Threads(
            "--threads",
            "The number of threads; results do not depend on it. [default: DEEPSHARP_WORKERS, else one per logical processor]");

    private readonly Option<string?> algorithm = new("--conv-algorithm")
    {
        Description = "The convolution algorithm to use wherever it can run; see deepsharp info. [default: chosen for each shape]",
        HelpName = "NAME",
    };

    public ComputeSettings() => algorithm.CompletionSources.Add([.. ConvolutionAlgorithms.All.Select(one => one.Name)]);

    /// <summary>All options.</summary>
    public IReadOnlyList<Option> All => [threads, algorithm];

    /// <summary>The options that cannot change when training is resumed.</summary>
    public IReadOnlyList<Option> Fixed => [algorithm];

    /// <summary>Creates the context that the options and the variables of <see cref="ComputeOptions.FromEnvironment"/> describe.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="resumed">The convolution algorithm that a resumed training run was forced to use; null for that of the options.</param>
    /// <param name="profiler">The profiler that times the operations; null for none.</param>
    /// <exception cref="ArgumentException">There is no such algorithm, or an environment variable has an invalid value.</exception>
    public ComputeContext Context(ParseResult parsed, string? resumed = null, Profiler? profiler = null)
    {
        var options = ComputeOptions.FromEnvironment();
        return new ComputeContext(options with
        {
            Workers = parsed.GetValue(threads) ?? options.Workers,
            ConvolutionAlgorithm = resumed ?? parsed.GetValue(algorithm),
            Profiler = profiler,
        });
    }
}
