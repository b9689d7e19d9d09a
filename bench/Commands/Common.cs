using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeepSharp.Bench.Measuring;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Commands;

/// <summary>The options that several commands share, and the output of results.</summary>
internal static class Common
{
    public static Option<int> Threads { get; } = new("--threads")
    {
        Description = "The number of worker threads.",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    /// <summary>The maximum duration of the warm-up of a worker process of <c>bench compare</c>.</summary>
    public static Option<double> WarmUp { get; } = new("--seconds")
    {
        Description = "The maximum duration of the warm-up, in seconds.",
        DefaultValueFactory = _ => 1,
    };

    public static Option<bool> Json { get; } = new("--json") { Description = "Print one JSON object." };

    public static Option<string?> Algorithm { get; } = MakeAlgorithm();

    public static Option<int> Number(string name, int defaultValue, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => defaultValue };

    public static ComputeContext Context(ParseResult parsed, string? algorithm = null) =>
        new(ComputeOptions.FromEnvironment() with { Workers = parsed.GetValue(Threads), ConvolutionAlgorithm = algorithm });

    /// <summary>Adds the processor and its current multiply-add peak to a result, and prints it as one JSON object or as lines.</summary>
    public static void Print(ParseResult parsed, ComputeContext context, JsonObject result)
    {
        result["processor"] = MachineInfo.Processor;
        result["peak_gflops"] = Math.Round(Peak.Quick(context), 1);
        if (parsed.GetValue(Json))
        {
            Console.WriteLine(result.ToJsonString(new JsonSerializerOptions { WriteIndented = false }));
            return;
        }

        foreach (var (name, value) in result) Console.WriteLine($"{name,-24} {value}");
    }

    private static Option<string?> MakeAlgorithm()
    {
        var option = new Option<string?>("--algorithm")
        {
            Description = "The convolution algorithm to use wherever it can run; by default, the library chooses.",
        };
        option.AcceptOnlyFromAmong([.. ConvolutionAlgorithms.All.Select(algorithm => algorithm.Name)]);
        return option;
    }
}
