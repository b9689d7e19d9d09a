using System.CommandLine;
using DeepSharp.Cli.Output;
using DeepSharp.Data;

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

    private readonly Option<bool> download = new("--download") { Description = "Downloads CIFAR-10 (170 MB) to --data-dir, unless it is there." };

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
        return Checked(parsed, source);
    }

    /// <summary>The images of a training that is resumed: only their folder may be another.</summary>
    public DataSource Resumed(ParseResult parsed, DataSource source) => Checked(parsed, source with { Folder = parsed.GetValue(folder) ?? source.Folder });

    /// <summary>Downloads the images if that was asked for.</summary>
    public void Download(ParseResult parsed, DataSource source, Action<string> say, CancellationToken cancellationToken)
    {
        if (!parsed.GetValue(download)) return;
        string target = source.Folder ?? DataSource.DefaultCifar10Folder;
        say($"Downloading CIFAR-10 to {target}, unless it is there.");
        Cifar10.DownloadAsync(target, new DownloadLines(say), cancellationToken).GetAwaiter().GetResult();
    }

    private DataSource Checked(ParseResult parsed, DataSource source)
    {
        if (source.Name != "cifar10" && (parsed.GetValue(folder) is not null || parsed.GetValue(download)))
            throw new ArgumentException($"--data-dir and --download go with --data cifar10; the images are {source.Name}, which are drawn on the fly.");
        return source;
    }
}
