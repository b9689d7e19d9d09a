namespace DeepSharp.Cli.Tests;

public class SummaryAndInfoTests
{
    // Parameters as torchvision counts them.
    [Theory]
    [InlineData("--model vgg16 --input 2,3,224,224", 138_357_544)]
    [InlineData("--model vgg11-bn --input 1,3,224,224", 132_868_840)]
    [InlineData("--model vgg19-bn --head imagenet --input 1,3,32,32", 143_678_248)]
    [InlineData("--model vgg16-bn --head compact --classes 10", 14_728_266)]
    public void Summary_counts_parameters(string options, long parameters)
    {
        using TemporaryFolder folder = new();
        var json = DeepSharpProcess.Succeed(folder, $"summary {options} --json").Json;
        Assert.Equal(parameters, json.GetProperty("parameters").GetInt64());
        var layers = json.GetProperty("layers").EnumerateArray().ToList();
        Assert.Equal(parameters, layers.Sum(layer => layer.GetProperty("parameters").GetInt64()));
        Assert.Equal(json.GetProperty("multiply_adds").GetInt64(), layers.Sum(layer => layer.GetProperty("multiply_adds").GetInt64()));
        Assert.Equal(1, layers.Sum(layer => layer.GetProperty("parameter_share").GetDouble()), 1e-9);
    }

    [Fact]
    public void Summary_shows_a_table()
    {
        using TemporaryFolder folder = new();
        var result = DeepSharpProcess.Succeed(folder, "summary --model vgg16 --input 2,3,224,224");
        Assert.Contains("│ features.0   │ Conv2d", result.Output, StringComparison.Ordinal);
        Assert.Contains("[2, 64, 224, 224]", result.Output, StringComparison.Ordinal);
        Assert.Contains("138,357,544 parameters", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Output);
    }

    [Fact]
    public void Info_names_processor_vectors_workers_and_algorithms()
    {
        using TemporaryFolder folder = new();
        var json = DeepSharpProcess.Succeed(folder, "info --json").Json;
        Assert.Contains(json.GetProperty("vector_width").GetInt32(), (int[])[0, 128, 256, 512]);
        Assert.True(json.GetProperty("workers").GetInt32() >= 1);
        Assert.StartsWith(".NET 10", json.GetProperty("runtime").GetString(), StringComparison.Ordinal);
        Assert.NotEqual("", json.GetProperty("processor").GetString());
        string[] algorithms = [.. json.GetProperty("algorithms").EnumerateArray().Select(algorithm => algorithm.GetProperty("name").GetString()!)];
        Assert.Contains("winograd-4x4", algorithms);
        string table = DeepSharpProcess.Succeed(folder, "info").Output;
        Assert.All(algorithms, name => Assert.Contains(name, table, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--help", "summary")]
    [InlineData("train --help", "--resume")]
    [InlineData("evaluate --help", "--weights")]
    [InlineData("summary --help", "--input")]
    [InlineData("info --help", "--json")]
    public void Help_reads_without_a_terminal(string commandLine, string expected)
    {
        using TemporaryFolder folder = new();
        Assert.Contains(expected, DeepSharpProcess.Succeed(folder, commandLine).Output, StringComparison.Ordinal);
    }
}
