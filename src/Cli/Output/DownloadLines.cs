using DeepSharp.Data;

namespace DeepSharp.Cli.Output;

/// <summary>Prints a line after every 10 % of a download whose length is known.</summary>
internal sealed class DownloadLines(Action<string> say) : IProgress<DownloadProgress>
{
    private long tenths;

    public void Report(DownloadProgress value)
    {
        if (value.Total is not { } total || value.Bytes * 10 / total <= tenths) return;
        tenths = value.Bytes * 10 / total;
        say($"{tenths * 10} % of {total / 1_000_000} MB");
    }
}
