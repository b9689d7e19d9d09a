using System.Text.Json;
using System.Text.RegularExpressions;

namespace DeepSharp.Cli.Tests;

public class TrainTests
{
    private const string Tiny = "train --config 8,M,16,M --batch-norm --limit-train 256 --limit-test 100";

    [Fact]
    public void Reports_json_and_writes_a_checkpoint_that_evaluate_reads()
    {
        using TemporaryFolder folder = new();
        var result = DeepSharpProcess.Succeed(folder, $"{Tiny} --epochs 2 --out run --json");
        var json = result.Json;
        Assert.Equal("8,M,16,M-bn", json.GetProperty("model").GetString());
        Assert.Equal((2, 8), (json.GetProperty("epochs").GetInt32(), json.GetProperty("steps").GetInt32()));
        foreach (string name in (string[])["train_loss", "test_loss", "images_per_second", "seconds", "peak_memory_mb"])
            Assert.True(json.GetProperty(name).GetDouble() > 0, name);
        Assert.InRange(json.GetProperty("test_accuracy").GetDouble(), 0, 1);
        Assert.Matches("^[0-9a-f]{64}$", json.GetProperty("weights_sha256").GetString());
        Assert.True(File.Exists(folder[json.GetProperty("checkpoint").GetString()!]));
        Assert.Equal(2, result.ErrorLines.Count(line => line.StartsWith("epoch ", StringComparison.Ordinal)));

        string[] metrics = File.ReadAllLines(folder[Path.Combine("run", "metrics.jsonl")]);
        Assert.Equal(2, metrics.Length);
        var last = JsonDocument.Parse(metrics[1]).RootElement;
        foreach (string name in (string[])["train_loss", "test_loss", "test_accuracy"])
            Assert.Equal(json.GetProperty(name).GetDouble(), last.GetProperty(name).GetDouble());

        const string Evaluate = "evaluate --weights run/checkpoint.safetensors --data shapes --limit-test 100 --json";
        var evaluation = DeepSharpProcess.Succeed(folder, Evaluate).Json;
        Assert.Equal(json.GetProperty("test_accuracy").GetDouble(), evaluation.GetProperty("test_accuracy").GetDouble());
        Assert.Equal(json.GetProperty("test_loss").GetDouble(), evaluation.GetProperty("test_loss").GetDouble());
        Assert.Equal(100, evaluation.GetProperty("total").GetInt32());
        Assert.Equal(
            evaluation.GetProperty("correct").GetInt32(), (int)Math.Round(100 * evaluation.GetProperty("test_accuracy").GetDouble()));
    }

    [Fact]
    public void Prints_one_line_per_epoch_without_escape_codes()
    {
        using TemporaryFolder folder = new();
        var result = DeepSharpProcess.Succeed(folder, $"{Tiny} --epochs 3 --out run");
        Assert.Empty(result.Error);
        Assert.DoesNotContain('\u001b', result.Output);
        string[] lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, lines.Length);
        Assert.StartsWith("8,M,16,M-bn: 1,610 parameters; shapes: 256 training and 100 test images; ", lines[0], StringComparison.Ordinal);
        for (int epoch = 1; epoch <= 3; epoch++)
            Assert.StartsWith($"epoch   {epoch}/3  train loss ", lines[epoch], StringComparison.Ordinal);
        Assert.StartsWith("Test accuracy ", lines[4], StringComparison.Ordinal);
    }

    [Fact]
    public void A_deeper_network_starts_from_a_trained_one()
    {
        using TemporaryFolder folder = new();
        DeepSharpProcess.Succeed(folder, $"{Tiny} --epochs 1 --out shallow");
        const string Deep = "train --config 8,8,M,16,16,M --batch-norm --limit-train 64 --limit-test 20 --epochs 1 --init paper";
        var result = DeepSharpProcess.Succeed(folder, $"{Deep} --out deep --init-from shallow/checkpoint.safetensors");
        Assert.Contains(
            "Initialized from shallow/checkpoint.safetensors: features.0, features.1, features.7, features.8, classifier.0\n",
            result.Output,
            StringComparison.Ordinal);
        var failed = DeepSharpProcess.Run(folder, "train --config 9,M --head 5 --out other --init-from shallow");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("no layer of 8,M,16,M-bn fits 9,M.", failed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_depend_on_the_seed_and_not_on_the_number_of_threads()
    {
        using TemporaryFolder folder = new();
        string first = Hash("--seed 3 --threads 1 --out a");
        Assert.Equal(first, Hash("--seed 3 --threads 3 --out b"));
        Assert.NotEqual(first, Hash("--seed 4 --threads 3 --out c"));
        Assert.NotEqual(first, Hash("--seed 3 --threads 3 --out d --conv-algorithm direct"));

        string Hash(string options)
        {
            var json = DeepSharpProcess.Succeed(folder, $"{Tiny} --epochs 1 --augment crop-flip --json {options}").Json;
            return json.GetProperty("weights_sha256").GetString()!;
        }
    }

    [Fact]
    public void Without_the_out_option_each_run_gets_its_own_folder()
    {
        using TemporaryFolder folder = new();
        foreach (string expected in (string[])["runs/custom-shapes", "runs/custom-shapes-2"])
        {
            var json = DeepSharpProcess.Succeed(folder, $"{Tiny} --epochs 1 --json").Json;
            Assert.Equal(Path.Combine(expected, "checkpoint.safetensors"), json.GetProperty("checkpoint").GetString());
        }
    }

    [Fact]
    public void Replaces_a_checkpoint_only_with_the_overwrite_option()
    {
        using TemporaryFolder folder = new();
        DeepSharpProcess.Succeed(folder, $"{Tiny} --epochs 1 --out run");
        var refused = DeepSharpProcess.Run(folder, $"{Tiny} --epochs 1 --out run");
        Assert.Equal(1, refused.ExitCode);
        Assert.Equal(
            [
                "deepsharp: There is a checkpoint in run; continue it with --resume run, replace it with --overwrite, "
                + "or choose another --out.",
            ],
            refused.ErrorLines);
        DeepSharpProcess.Succeed(folder, $"{Tiny} --epochs 1 --out run --overwrite");
    }

    [Fact]
    public void Profiles_training_steps_and_not_evaluations()
    {
        using TemporaryFolder folder = new();
        var result = DeepSharpProcess.Succeed(folder, $"{Tiny} --batch-size 32 --epochs 2 --out run --profile --json");
        string[] table = [.. result.ErrorLines.SkipWhile(line => !line.StartsWith("operation", StringComparison.Ordinal))];
        Assert.Equal(["operation", "pass", "calls", "ms", "%", "GFLOP/s"], table[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        // 16 steps, of which 5 are warm-up. The second convolution computes an input gradient, the first does not.
        Assert.Matches("^total +mean of 11 steps +[0-9.]+$", table[^1]);
        (string Line, int Calls)[] expected =
            [("Conv2d +forward", 2), ("Conv2d +input gradient", 1), ("Conv2d +weight gradient", 2), ("Sgd +step", 10)];
        foreach (var (line, calls) in expected)
            Assert.Single(table, row => Regex.IsMatch(row, $"^{line} +{calls} +[0-9.]+ +[0-9.]+( +[0-9.]+)?$"));
        double percent = table[1..^1].Sum(row => double.Parse(row[62..68], System.Globalization.CultureInfo.InvariantCulture));
        Assert.InRange(percent, 99, 101);
    }

    [Fact]
    public void Trains_on_cifar10_from_a_folder()
    {
        using TemporaryFolder folder = new();
        string images = BlackCifar10.Make(folder);
        string train = $"train --config 8,M,16,M --data cifar10 --data-dir {images} --limit-train 128 --limit-test 50 --batch-size 64 "
            + "--epochs 1 --out run --json";
        var json = DeepSharpProcess.Succeed(folder, train).Json;
        Assert.Equal(2, json.GetProperty("steps").GetInt32());
        string evaluate = $"evaluate --weights run --data cifar10 --data-dir {images} --limit-test 50 --json";
        var evaluation = DeepSharpProcess.Succeed(folder, evaluate).Json;
        Assert.Equal(json.GetProperty("test_accuracy").GetDouble(), evaluation.GetProperty("test_accuracy").GetDouble());
    }
}
