using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using DeepSharp.Bench.Measuring;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Bench.Compare;

/// <summary>What one contender reached.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Work">How much a run is, in the case's unit.</param>
/// <param name="Threads">With how many threads.</param>
/// <param name="MedianMs">The median of the rounds; 0 where it is absent.</param>
/// <param name="RoundMs">The median of each round.</param>
/// <param name="FirstMs">The first run, compilation included.</param>
/// <param name="PeakMemoryMb">The peak of the resident memory of its process, in millions of bytes.</param>
/// <param name="Detail">How it was done, where the engine has a choice.</param>
/// <param name="Absence">Why there is no measurement.</param>
internal sealed record ContenderResult(
    string Name, double Work, int Threads, double MedianMs, IReadOnlyList<double> RoundMs, double FirstMs, double PeakMemoryMb, string Detail, string? Absence = null)
{
    /// <summary>Work per second.</summary>
    [JsonIgnore]
    public double Rate => MedianMs > 0 ? 1000 * Work / MedianMs : 0;
}

/// <summary>What came of a case.</summary>
/// <param name="Group">Its table.</param>
/// <param name="Name">What the work is.</param>
/// <param name="Unit">What work is counted in.</param>
/// <param name="Date">When it was measured, UTC.</param>
/// <param name="Threads">The threads that the peak was measured with.</param>
/// <param name="PeakGflopsMin">The lowest multiply-add peak of that many threads that was measured between the rounds.</param>
/// <param name="PeakGflopsMax">The highest: where both differ, others used the machine.</param>
/// <param name="Contenders">What each reached.</param>
internal sealed record CaseResult(
    string Group, string Name, WorkUnit Unit, DateTime Date, int Threads, double PeakGflopsMin, double PeakGflopsMax, IReadOnlyList<ContenderResult> Contenders)
{
    /// <summary>How many rounds were discarded, because others used the machine.</summary>
    public int RepeatedRounds { get; init; }
}

/// <summary>The file <c>bench/results/compare.json</c>: the latest result of each case, all of one machine.</summary>
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

    /// <summary>Processor, number of processors, widest vectors, system and run-time.</summary>
    public required string Machine { get; init; }

    /// <summary>The versions of the engines, or why one is absent.</summary>
    public required IReadOnlyDictionary<string, string> Versions { get; init; }

    /// <summary>The results in the order of the tables.</summary>
    public required IReadOnlyList<CaseResult> Cases { get; init; }

    /// <summary>The file.</summary>
    public static string Path => System.IO.Path.Combine(Repository.Root, "bench", "results", "compare.json");

    /// <summary>This machine.</summary>
    public static string ThisMachine =>
        $"{Tensors.MachineInfo.Processor}, {Environment.ProcessorCount} logical processors, vectors of {(int)VectorWidths.Widest} bits, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    /// <summary>Reads the file.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public static CompareResults Load() => JsonSerializer.Deserialize<CompareResults>(File.ReadAllText(Path), Format)!;

    /// <summary>The results of earlier runs on this machine; none where there are none or those of another machine.</summary>
    public static IReadOnlyList<CaseResult> Earlier() => File.Exists(Path) && Load() is var results && results.Machine == ThisMachine ? results.Cases : [];

    /// <summary>Writes the file, and the tables beside it.</summary>
    public void Save()
    {
        AtomicFile.Write(Path, stream => JsonSerializer.Serialize(stream, this, Format));
        File.WriteAllText(System.IO.Path.ChangeExtension(Path, ".md"), CompareTables.All(this));
    }

    /// <summary>Adds a result to <c>bench/results/history.jsonl</c>, which keeps all of them, a line each.</summary>
    public void AddToHistory(CaseResult result) => File.AppendAllText(
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, "history.jsonl"),
        JsonSerializer.Serialize(this with { Cases = [result] }, LineFormat) + "\n");
}
