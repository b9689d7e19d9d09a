using System.CommandLine;
using DeepSharp.Cli.Output;
using DeepSharp.Nn;
using DeepSharp.Vgg;

namespace DeepSharp.Cli.Options;

/// <summary>The option <c>--cache</c>. Resolves a name, folder or file on the command line to a weights file.</summary>
internal sealed class CacheOption
{
    private readonly Option<string?> folder = new("--cache")
    {
        Description = "The folder for downloaded weights. "
            + $"[default: {PretrainedWeights.CacheVariable}, else deepsharp/weights in the user's cache]",
        HelpName = "DIR",
    };

    /// <summary>The option itself.</summary>
    public Option Option => folder;

    /// <summary>The path of the checkpoint in a folder. Any other path is returned unchanged.</summary>
    public static string FileOf(string weights) =>
        Directory.Exists(weights) ? Path.Combine(weights, TrainingCheckpoint.FileName) : weights;

    /// <summary>The path of a weights file, given the file, the folder of a training run, or the name of a network to download.</summary>
    public string Find(ParseResult parsed, string weights, Action<string> say, CancellationToken cancellationToken)
    {
        weights = FileOf(weights);
        if (File.Exists(weights)) return weights;
        if (PretrainedWeights.Find(weights) is not { } pretrained)
        {
            string names = string.Join(", ", PretrainedWeights.All.Select(known => known.Name));
            throw new FileNotFoundException($"Expected a weights file, a training folder or one of {names}, found no file {weights}.");
        }

        string target = parsed.GetValue(folder) ?? PretrainedWeights.CacheFolder;
        if (!File.Exists(Path.Combine(target, pretrained.FileName))) say($"Downloading {pretrained.Address} to {target}.");
        return pretrained.DownloadAsync(target, new DownloadLines(say), cancellationToken).GetAwaiter().GetResult();
    }
}
