using System.Text.Json;

namespace DeepSharp.Vgg;

/// <summary>The file <c>metrics.jsonl</c> beside a checkpoint: one JSON object for each epoch.</summary>
internal static class MetricsFile
{
    private const string Name = "metrics.jsonl";

    /// <summary>Writes the file anew: what a training that was killed left of later epochs goes, and nothing is there twice.</summary>
    public static void Write(string folder, IEnumerable<EpochResult> epochs) => AtomicFile.Write(Path.Combine(folder, Name), stream =>
    {
        foreach (var epoch in epochs)
        {
            JsonSerializer.Serialize(stream, epoch, TrainingJson.Default.EpochResult);
            stream.WriteByte((byte)'\n');
        }
    });
}
