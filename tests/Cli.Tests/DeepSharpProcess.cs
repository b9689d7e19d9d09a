using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace DeepSharp.Cli.Tests;

/// <summary>The result of a finished command.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>The lines of standard error.</summary>
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The only line of standard output, as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Assert.Single(Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))).RootElement;
}

/// <summary>A process that runs the command <c>deepsharp</c>.</summary>
public sealed class DeepSharpProcess : IDisposable
{
    // Long enough for a busy machine. A command that hangs is ended.
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    private readonly Process process;
    private readonly StringBuilder output = new(), error = new();

    private DeepSharpProcess(string folder, string[] arguments, Uri? weightsServer)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "deepsharp.dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["DEEPSHARP_FILL_NAN"] = "1";
        // No test accesses the network: nothing listens on port 9 (discard).
        start.Environment["DEEPSHARP_WEIGHTS_SERVER"] =
            weightsServer is null ? "http://127.0.0.1:9/" : new Uri(weightsServer, "/").ToString();
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(error, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Runs a command and waits for it to exit.</summary>
    /// <param name="folder">The working directory.</param>
    /// <param name="commandLine">The arguments, separated by spaces.</param>
    /// <param name="weightsServer">The server of torchvision's weights; null for an address where no server listens.</param>
    public static CommandResult Run(TemporaryFolder folder, string commandLine, Uri? weightsServer = null)
    {
        using var running = Start(folder, commandLine, weightsServer);
        return running.Wait();
    }

    /// <summary>Runs a command, waits for it to exit and requires that it succeeds.</summary>
    public static CommandResult Succeed(TemporaryFolder folder, string commandLine)
    {
        var result = Run(folder, commandLine);
        Assert.True(result.ExitCode == 0, $"deepsharp {commandLine} exited with code {result.ExitCode}: {result.Error}");
        return result;
    }

    /// <summary>Starts a command.</summary>
    public static DeepSharpProcess Start(TemporaryFolder folder, string commandLine, Uri? weightsServer = null) =>
        new(folder.Path, commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries), weightsServer);

    /// <summary>Waits for the command to exit.</summary>
    public CommandResult Wait()
    {
        if (!process.WaitForExit(Timeout))
        {
            process.Kill();
            Assert.Fail($"The command did not exit within {Timeout}. Standard error: {error}");
        }

        // Waits until both streams are read to the end.
        process.WaitForExit();
        return new CommandResult(process.ExitCode, output.ToString(), error.ToString());
    }

    /// <summary>Waits until a condition holds while the command runs.</summary>
    public void WaitUntil(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.False(process.HasExited, $"The command exited too early. Standard error: {error}");
            Assert.True(watch.Elapsed < Timeout, $"The condition did not hold within {Timeout}. Standard error: {error}");
            Thread.Sleep(10);
        }
    }

    /// <summary>Sends SIGINT, like Ctrl-C.</summary>
    public void Interrupt()
    {
        using var kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Kills the process (SIGKILL).</summary>
    public void Kill() => process.Kill();

    /// <summary>Kills the process if it is still running.</summary>
    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is null) return;
        lock (text) text.Append(line).Append('\n');
    }
}
