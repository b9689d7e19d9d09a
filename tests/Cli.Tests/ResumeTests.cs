using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeepSharp.Cli.Tests;

/// <summary>A training run that was interrupted by Ctrl-C or killed resumes, bit for bit, as if never interrupted.</summary>
public class ResumeTests
{
    // An epoch of 8 steps takes milliseconds, so that a run can be stopped early. All of its 1,000,000 epochs would take hours.
    private const string Endless = "train --config 8,M,16,M --batch-norm --limit-train 256 --limit-test 32 --batch-size 32 "
        + "--augment crop-flip --step-size 2";

    [Fact]
    public void Resumes_after_Ctrl_C()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no SIGINT.");
        using TemporaryFolder folder = new();
        var stopped = Stop(folder, process => process.Interrupt());
        Assert.Equal(1, stopped.ExitCode);
        Assert.Equal("deepsharp: Interrupted; resume with: deepsharp train --resume stopped", stopped.ErrorLines[^1]);
        Assert.Empty(stopped.Output);
        Assert.Equal(["checkpoint.safetensors", "metrics.jsonl"], Files(folder, "stopped"));
        RequireSameBits(folder);
    }

    [Fact]
    public void Resumes_after_SIGKILL()
    {
        using TemporaryFolder folder = new();
        Stop(folder, process => process.Kill());
        RequireSameBits(folder);
    }

    [Theory]
    [InlineData("--resume stopped --lr 0.1", "omit --lr")]
    [InlineData("--resume stopped --out other", "omit --out")]
    [InlineData("--resume stopped --epochs 1", "the number of epochs is 1, but the checkpoint is already in epoch 2")]
    public void Refuses_to_resume_with_changed_options(string options, string expected)
    {
        using TemporaryFolder folder = new();
        DeepSharpProcess.Succeed(folder, $"{Endless} --epochs 2 --out stopped");
        var refused = DeepSharpProcess.Run(folder, $"train {options}");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(expected, Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
    }

    private static CommandResult Stop(TemporaryFolder folder, Action<DeepSharpProcess> stop)
    {
        using var process = DeepSharpProcess.Start(folder, $"{Endless} --epochs 1000000 --out stopped --json");
        process.WaitUntil(() => Metrics(folder, "stopped").Length >= 2);
        stop(process);
        return process.Wait();
    }

    private static void RequireSameBits(TemporaryFolder folder)
    {
        // Two epochs more than were completed, so that the interrupted epoch is completed and another follows.
        int epochs = Metrics(folder, "stopped").Length + 2;
        var straight = DeepSharpProcess.Succeed(folder, $"{Endless} --epochs {epochs} --out straight --json").Json;
        var resumed = DeepSharpProcess.Succeed(folder, $"train --resume stopped --epochs {epochs} --json").Json;
        foreach (string name in (string[])["weights_sha256", "epochs", "steps", "train_loss", "test_loss", "test_accuracy"])
            Assert.Equal(straight.GetProperty(name).ToString(), resumed.GetProperty(name).ToString());
        Assert.Equal(Metrics(folder, "straight").Select(WithoutTimes), Metrics(folder, "stopped").Select(WithoutTimes));
        Assert.Equal(["checkpoint.safetensors", "metrics.jsonl"], Files(folder, "stopped"));
    }

    private static string[] Metrics(TemporaryFolder folder, string run)
    {
        string path = folder[Path.Combine(run, "metrics.jsonl")];
        return File.Exists(path) ? File.ReadAllLines(path) : [];
    }

    private static string WithoutTimes(string line)
    {
        var epoch = JsonNode.Parse(line)!.AsObject();
        Assert.True(epoch.Remove("seconds") && epoch.Remove("images_per_second"));
        return epoch.ToJsonString(JsonSerializerOptions.Default);
    }

    private static string[] Files(TemporaryFolder folder, string run) =>
        [.. Directory.GetFiles(folder[run]).Select(path => Path.GetFileName(path)).Order()];
}
