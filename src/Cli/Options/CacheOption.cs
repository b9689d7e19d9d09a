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
        Description = $"The folder for downloaded weights. [default: {PretrainedWeights.CacheVariable}, else deepsharp/weights in "
            + "XDG_CACHE_HOME or in the user's local application data]",
        HelpName = "DIR",
    };

    /// <summary>The option itself.</summary>
    public Option Option => folder;

    /// <summary>For a folder, the path of the checkpoint in it; for any other path, the path itself.</summary>
    public static string FileOf(string weights) =>
        Directory.Exists(weights) ? Path.Combine(weights, TrainingCheckpoint.FileName) : weights;

    /// <summary>The path of a weights file, given the file, the folder of a training run, or the name of a network to download.</summary>
    /// <exception cref="FileNotFoundException">There is no such file, and no network with this name.</exception>
    /// <exception cref="IOException">The download failed, or the cache folder cannot be written.</exception>
    /// <exception cref="InvalidDataException">The hash of the downloaded file is wrong.</exception>
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
