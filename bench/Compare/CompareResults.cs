using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using DeepSharp.Bench.Measuring;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Compare;

/// <summary>The result of one contender.</summary>
/// <param name="Name">The name of the contender in the table.</param>
/// <param name="Work">The amount of work of a run, in the unit of the case.</param>
/// <param name="Threads">The number of threads.</param>
/// <param name="MedianMs">The median of <paramref name="RoundMs"/>; 0 if the contender is absent.</param>
/// <param name="RoundMs">The median time of a run in each round.</param>
/// <param name="FirstMs">The time of the first run in the last process, including compilation.</param>
/// <param name="PeakMemoryMb">The peak resident memory of the last process, in millions of bytes.</param>
/// <param name="Detail">How the work was done, if the engine has a choice: a memory layout, an algorithm, or a kernel.</param>
/// <param name="Absence">Why there is no measurement; null if there is one.</param>
internal sealed record ContenderResult(
    string Name,
    double Work,
    int Threads,
    double MedianMs,
    IReadOnlyList<double> RoundMs,
    double FirstMs,
    double PeakMemoryMb,
    string Detail,
    string? Absence = null)
{
    /// <summary>Work per second.</summary>
    [JsonIgnore]
    public double Rate => MedianMs > 0 ? 1000 * Work / MedianMs : 0;
}

/// <summary>The result of a case.</summary>
/// <param name="Group">The table that the case belongs to.</param>
/// <param name="Name">The name of the work.</param>
/// <param name="Unit">The unit in which work is counted.</param>
/// <param name="Date">The time of the measurement, UTC.</param>
/// <param name="Threads">The number of threads with which the peak was measured.</param>
/// <param name="PeakGflopsMin">
/// The lowest multiply-add peak of a round. The peak of a round is the minimum of those measured before, between and after its turns.
/// </param>
/// <param name="PeakGflopsMax">The highest peak of a round. If it is far above the lowest, other processes used the machine.</param>
/// <param name="Contenders">The results of the contenders.</param>
internal sealed record CaseResult(
    string Group,
    string Name,
    WorkUnit Unit,
    DateTime Date,
    int Threads,
    double PeakGflopsMin,
    double PeakGflopsMax,
    IReadOnlyList<ContenderResult> Contenders)
{
    /// <summary>The number of rounds discarded because other processes used the machine.</summary>
    public int RepeatedRounds { get; init; }
}

/// <summary>The file <c>bench/results/compare.json</c>: the latest result of each case, all from one machine.</summary>
internal sealed record CompareResults
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions LineFormat = new(Format) { WriteIndented = false };

    /// <summary>Processor, number of logical processors, widest vectors, operating system and runtime.</summary>
    public required string Machine { get; init; }

    /// <summary>The version of each engine in the last run, or the reason for its absence.</summary>
    public required IReadOnlyDictionary<string, string> Versions { get; init; }

    /// <summary>The results in the order of the tables.</summary>
    public required IReadOnlyList<CaseResult> Cases { get; init; }

    /// <summary>The path of the file.</summary>
    public static string Path => System.IO.Path.Combine(Repository.Root, "bench", "results", "compare.json");

    /// <summary>The description of this machine.</summary>
    public static string ThisMachine =>
        $"{Tensors.MachineInfo.Processor}, {Environment.ProcessorCount} logical processors, vectors of {(int)VectorWidths.Widest} bits, "
        + $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    /// <summary>Reads the file.</summary>
    /// <exception cref="IOException">The file does not exist.</exception>
    public static CompareResults Load() => JsonSerializer.Deserialize<CompareResults>(File.ReadAllText(Path), Format)!;

    /// <summary>
    /// The results of earlier runs; empty if there are none, or if <see cref="Machine"/> differs from <see cref="ThisMachine"/>.
    /// </summary>
    public static IReadOnlyList<CaseResult> Earlier() =>
        File.Exists(Path) && Load() is var results && results.Machine == ThisMachine ? results.Cases : [];

    /// <summary>Writes the file, and the tables as Markdown in the same folder.</summary>
    public void Save()
    {
        AtomicFile.Write(Path, stream => JsonSerializer.Serialize(stream, this, Format));
        File.WriteAllText(System.IO.Path.ChangeExtension(Path, ".md"), CompareTables.All(this));
    }

    /// <summary>Appends a result to <c>bench/results/history.jsonl</c>, one per line, also of comparisons with older builds.</summary>
    public void AddToHistory(CaseResult result) => File.AppendAllText(
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, "history.jsonl"),
        JsonSerializer.Serialize(this with { Cases = [result] }, LineFormat) + "\n");
}
