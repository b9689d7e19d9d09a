using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace DeepSharp.Cli.Output;

/// <summary>What <c>train --json</c> says.</summary>
internal sealed record TrainReport(
    string Model,
    int Epochs,
    long Steps,
    double TrainLoss,
    double TestLoss,
    double TestAccuracy,
    double ImagesPerSecond,
    double Seconds,
    double PeakMemoryMb,
    string Checkpoint,
    [property: JsonPropertyName("weights_sha256")] string WeightsSha256);

/// <summary>What <c>evaluate --json</c> says.</summary>
internal sealed record EvaluateReport(string Model, double TestAccuracy, int Correct, int Total, double TestLoss);

/// <summary>What <c>summary --json</c> says.</summary>
internal sealed record SummaryReport(
    string Model,
    IReadOnlyList<int> Input,
    long Parameters,
    long TrainableParameters,
    long MultiplyAdds,
    double InputMb,
    double ForwardBackwardMb,
    double ParametersMb,
    double TotalMb,
    IReadOnlyList<LayerReport> Layers);

/// <summary>A layer of a <see cref="SummaryReport"/>.</summary>
internal sealed record LayerReport(
    string Key,
    string? Number,
    string Kind,
    IReadOnlyList<int> OutputShape,
    long Parameters,
    double ParameterShare,
    long MultiplyAdds,
    int ReceptiveField,
    AlgorithmsReport? Algorithms);

/// <summary>The convolution algorithms of a <see cref="LayerReport"/>.</summary>
internal sealed record AlgorithmsReport(string Forward, string InputGradient, string WeightGradient);

/// <summary>What <c>info --json</c> says.</summary>
internal sealed record InfoReport(
    string Version,
    string Processor,
    string Architecture,
    string OperatingSystem,
    string Runtime,
    int LogicalProcessors,
    int Workers,
    int VectorWidth,
    IReadOnlyList<AlgorithmReport> Algorithms);

/// <summary>A convolution algorithm of an <see cref="InfoReport"/>.</summary>
internal sealed record AlgorithmReport(string Name, string Description);

/// <summary>How reports are written: one line of JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TrainReport))]
[JsonSerializable(typeof(EvaluateReport))]
[JsonSerializable(typeof(SummaryReport))]
[JsonSerializable(typeof(InfoReport))]
internal sealed partial class Reports : JsonSerializerContext
{
    /// <summary>Writes a report as the last line of standard output.</summary>
    public static void Print<TReport>(TReport report, JsonTypeInfo<TReport> type) => Console.Out.WriteLine(JsonSerializer.Serialize(report, type));
}
