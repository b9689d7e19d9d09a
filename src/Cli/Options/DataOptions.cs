using System.CommandLine;
using DeepSharp.Cli.Output;
using DeepSharp.Data;

namespace DeepSharp.Cli.Options;

/// <summary>The options that select the data set.</summary>
internal sealed class DataOptions
{
    private readonly Option<string> data = new("--data")
    {
        Description = "The data set: shapes (synthetic, nothing to download) or cifar10.",
        HelpName = string.Join('|', DataSource.Names),
        DefaultValueFactory = _ => DataSource.Names[0],
    };

    private readonly Option<string?> folder = new("--data-dir")
    {
        Description = $"The folder with the six files of the binary version of CIFAR-10. [default: {DataSource.DefaultCifar10Folder}]",
        HelpName = "DIR",
    };

    private readonly Option<bool> download = new("--download")
    {
        Description = "Downloads CIFAR-10 (170 MB) to --data-dir unless it is already there.",
    };

    private readonly Option<int?> limitTest =
        Numbers.Count("--limit-test", "The number of test images to use, from the first. [default: all]");

    public DataOptions() => data.CompletionSources.Add([.. DataSource.Names]);

    /// <summary>All options.</summary>
    public IReadOnlyList<Option> All => [data, folder, download, limitTest];

    /// <summary>The options that cannot change when training is resumed.</summary>
    public IReadOnlyList<Option> Fixed => [data, limitTest];

    /// <summary>The data set that the options select.</summary>
    /// <exception cref="ArgumentException">
    /// There is no such data set, or <c>--data-dir</c> or <c>--download</c> is given for one without files.
    /// </exception>
    public DataSource Source(ParseResult parsed)
    {
        var source = new DataSource
        {
            Name = parsed.GetValue(data)!,
            Folder = parsed.GetValue(folder),
            LimitTest = parsed.GetValue(limitTest),
        };
        if (!DataSource.Names.Contains(source.Name))
            throw new ArgumentException($"There is no data set \"{source.Name}\"; expected {string.Join(" or ", DataSource.Names)}.");
        return Checked(parsed, source);
    }

    /// <summary>The data set of a resumed training run. Only its folder may change.</summary>
    /// <exception cref="ArgumentException"><c>--data-dir</c> or <c>--download</c> is given for a data set without files.</exception>
    public DataSource Resumed(ParseResult parsed, DataSource source) =>
        Checked(parsed, source with { Folder = parsed.GetValue(folder) ?? source.Folder });

    /// <summary>Downloads CIFAR-10 if <c>--download</c> is given and the files are not in the folder yet.</summary>
    public void Download(ParseResult parsed, DataSource source, Action<string> say, CancellationToken cancellationToken)
    {
        if (!parsed.GetValue(download)) return;
        string target = source.Folder ?? DataSource.DefaultCifar10Folder;
        say($"Downloading CIFAR-10 to {target} unless it is already there.");
        Cifar10.DownloadAsync(target, new DownloadLines(say), cancellationToken).GetAwaiter().GetResult();
    }

    private DataSource Checked(ParseResult parsed, DataSource source)
    {
        if (source.Name != "cifar10" && (parsed.GetValue(folder) is not null || parsed.GetValue(download)))
        {
            throw new ArgumentException(
                $"--data-dir and --download require --data cifar10; the data set is {source.Name}, which is generated.");
        }

        return source;
    }
}
