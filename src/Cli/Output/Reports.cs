using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace DeepSharp.Cli.Output;

/// <summary>The output of <c>train --json</c>.</summary>
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

/// <summary>The output of <c>evaluate --json</c>.</summary>
internal sealed record EvaluateReport(string Model, double TestAccuracy, int Correct, int Total, double TestLoss);

/// <summary>The output of <c>predict --json</c>.</summary>
internal sealed record PredictReport(string Model, IReadOnlyList<PredictionReport> Images);

/// <summary>An image of a <see cref="PredictReport"/>: its file, its index in the file, and its most likely classes.</summary>
internal sealed record PredictionReport(string Image, int Index, IReadOnlyList<ClassReport> Classes);

/// <summary>A class of a <see cref="PredictionReport"/>.</summary>
internal sealed record ClassReport(int Index, string Name, double Probability);

/// <summary>The output of <c>inspect --json</c>. If no model is recognized, Model is null and Problem says why.</summary>
internal sealed record InspectReport(
    string File,
    IReadOnlyList<TensorReport> Tensors,
    IReadOnlyDictionary<string, string> Metadata,
    RecognizedReport? Model,
    string? Problem,
    ImagesReport? Images);

/// <summary>A tensor of an <see cref="InspectReport"/>.</summary>
internal sealed record TensorReport(string Name, string Type, IReadOnlyList<long> Shape);

/// <summary>The network of an <see cref="InspectReport"/>.</summary>
internal sealed record RecognizedReport(
    string Name,
    string Config,
    bool BatchNorm,
    bool ConvolutionBias,
    int InputChannels,
    int PoolSize,
    IReadOnlyList<int> Hidden,
    int Classes,
    long Parameters,
    IReadOnlyList<string> Assumptions);

/// <summary>The image preprocessing of an <see cref="InspectReport"/>.</summary>
internal sealed record ImagesReport(
    IReadOnlyList<string> Classes, IReadOnlyList<double> Mean, IReadOnlyList<double> Std, int Channels, int Height, int Width, int? Resize);

/// <summary>The output of <c>summary --json</c>.</summary>
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

/// <summary>The output of <c>info --json</c>.</summary>
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

/// <summary>Serializes reports to one line of JSON each.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TrainReport))]
[JsonSerializable(typeof(EvaluateReport))]
[JsonSerializable(typeof(PredictReport))]
[JsonSerializable(typeof(InspectReport))]
[JsonSerializable(typeof(SummaryReport))]
[JsonSerializable(typeof(InfoReport))]
internal sealed partial class Reports : JsonSerializerContext
{
    /// <summary>Writes a report as the last line of standard output.</summary>
    public static void Print<TReport>(TReport report, JsonTypeInfo<TReport> type) =>
        Console.Out.WriteLine(JsonSerializer.Serialize(report, type));
}
