using System.CommandLine;
using DeepSharp.Cli.Output;
using DeepSharp.Vgg;

namespace DeepSharp.Cli.Options;

/// <summary>The options that say which images.</summary>
internal sealed class DataOptions
{
    private readonly Option<string> data = new("--data")
    {
        Description = "The images: shapes (drawn on the fly, nothing to download) or cifar10.",
        HelpName = string.Join('|', DataSource.Names),
        DefaultValueFactory = _ => DataSource.Names[0],
    };

    private readonly Option<string?> folder = new("--data-dir")
    {
        Description = $"The folder with the six files of CIFAR-10's binary version. [default: {DataSource.DefaultCifar10Folder}]",
        HelpName = "DIR",
    };

    private readonly Option<bool> download = new("--download") { Description = "Downloads CIFAR-10 (162 MiB) to --data-dir, unless it is there." };

    private readonly Option<int?> limitTest = Numbers.Count("--limit-test", "How many of the test images to use. [default: all]");

    public DataOptions() => data.CompletionSources.Add([.. DataSource.Names]);

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [data, folder, download, limitTest];

    /// <summary>Those that belong to the training and stay as they are when it is resumed.</summary>
    public IReadOnlyList<Option> Fixed => [data, limitTest];

    /// <summary>The images that were asked for.</summary>
    public DataSource Source(ParseResult parsed)
    {
        var source = new DataSource { Name = parsed.GetValue(data)!, Folder = parsed.GetValue(folder), LimitTest = parsed.GetValue(limitTest) };
        if (!DataSource.Names.Contains(source.Name)) throw new ArgumentException($"There is no data set \"{source.Name}\"; expected {string.Join(" or ", DataSource.Names)}.");
        return source;
    }

    /// <summary>The folder that was asked for, if any.</summary>
    public string? Folder(ParseResult parsed) => parsed.GetValue(folder);

    /// <summary>Downloads the images if that was asked for.</summary>
    public void Download(ParseResult parsed, DataSource source, Action<string> say, CancellationToken cancellation)
    {
        if (!parsed.GetValue(download) || source.Name != "cifar10") return;
        string target = source.Folder ?? DataSource.DefaultCifar10Folder;
        say($"Downloading CIFAR-10 to {target}, unless it is there.");
        Cifar10.DownloadAsync(target, new DownloadLines(say), cancellation).GetAwaiter().GetResult();
    }
}
