using System.CommandLine;
using DeepSharp.Cli.Output;
using DeepSharp.Nn;
using DeepSharp.Vgg;

namespace DeepSharp.Cli.Options;

/// <summary>Where downloaded weights are kept, and how a name, folder or file on the command line becomes a file.</summary>
internal sealed class CacheOption
{
    private readonly Option<string?> folder = new("--cache")
    {
        Description = $"The folder for downloaded weights. [default: {PretrainedWeights.CacheVariable}, else deepsharp/weights in the user's cache]",
        HelpName = "DIR",
    };

    /// <summary>The option itself.</summary>
    public Option Option => folder;

    /// <summary>The checkpoint in a folder; a file itself.</summary>
    public static string FileOf(string weights) => Directory.Exists(weights) ? Path.Combine(weights, TrainingCheckpoint.FileName) : weights;

    /// <summary>The path of the file of weights: of the file itself, of the checkpoint in a folder, or of the one that a name stands for.</summary>
    public string Find(ParseResult parsed, string weights, Action<string> say, CancellationToken cancellationToken)
    {
        weights = FileOf(weights);
        if (File.Exists(weights)) return weights;
        if (PretrainedWeights.Find(weights) is not { } pretrained)
            throw new FileNotFoundException($"Expected a file of weights, the folder of a training or one of {string.Join(", ", PretrainedWeights.All.Select(known => known.Name))}, found no file {weights}.");
        string target = parsed.GetValue(folder) ?? PretrainedWeights.CacheFolder;
        if (!File.Exists(Path.Combine(target, pretrained.FileName))) say($"Downloading {pretrained.Address} to {target}.");
        return pretrained.DownloadAsync(target, new DownloadLines(say), cancellationToken).GetAwaiter().GetResult();
    }
}
