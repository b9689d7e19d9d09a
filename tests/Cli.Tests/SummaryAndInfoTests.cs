namespace DeepSharp.Cli.Tests;

public class SummaryAndInfoTests
{
    // Parameter counts of torchvision, and of the compact head: 14,723,136 + 512·10 + 10.
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

    // The expected rows and totals are those that torchinfo prints for the same network. The algorithms are an additional column.
    [Fact]
    public void Summary_shows_the_table_of_torchinfo()
    {
        using TemporaryFolder folder = new();
        string table = DeepSharpProcess.Succeed(folder, "summary --model vgg19-bn --input 2,3,224,224").Output;
        string[] expected =
        [
            "│ VGG ", "│ ├─Sequential (features): 1-1 ", "│ │    └─Conv2d (0): 2-1 ",
            "│ │    └─BatchNorm2d (1): 2-2 ", "[2, 64, 224, 224]", "1,792",
            "│ ├─AdaptiveAvgPool2d (avgpool): 1-2 ", "│ ├─Sequential (classifier): 1-3 ", "│ │    └─Linear (6): 2-60 ",
            "102,764,544", "winograd-4x4",
            "Total params: 143,678,248\n", "Trainable params: 143,678,248\n", "Non-trainable params: 0\n",
            "Total mult-adds (G): 39.29\n", "Input size (MB): 1.20\n", "Forward/backward pass size (MB): 475.41\n",
            "Params size (MB): 574.71\n", "Estimated Total Size (MB): 1051.33\n",
        ];
        Assert.All(expected, part => Assert.Contains(part, table, StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', table);
    }

    [Fact]
    public void Summary_as_json_has_the_content_of_the_table()
    {
        using TemporaryFolder folder = new();
        var json = DeepSharpProcess.Succeed(folder, "summary --model vgg19-bn --input 2,3,224,224 --json").Json;
        Assert.Equal(143_678_248, json.GetProperty("trainable_parameters").GetInt64());
        string[] sizes = ["input_mb", "forward_backward_mb", "parameters_mb", "total_mb"];
        Assert.Equal([1.20, 475.41, 574.71, 1051.33], sizes.Select(name => Math.Round(json.GetProperty(name).GetDouble(), 2)));
        var layer = json.GetProperty("layers")[0];
        Assert.Equal("2-1", layer.GetProperty("number").GetString());
        Assert.Equal(3, layer.GetProperty("receptive_field").GetInt32());
        foreach (string pass in (string[])["forward", "input_gradient", "weight_gradient"])
            Assert.NotEqual("", layer.GetProperty("algorithms").GetProperty(pass).GetString());
    }

    // First case: features of 14,723,136 parameters without 4,224 biases; linear layers of 512·8·8·64 + 64 and 64·10 + 10 parameters.
    [Theory]
    [InlineData("--model vgg16-bn --head 64 --pool 8 --no-conv-bias", 14_718_912 + 2_097_216 + 650)]
    [InlineData("--model vgg16-bn --head small", 15_253_578)]
    [InlineData("--model vgg16-bn --head cifar --dropout 0 --classes 100", 14_723_136 + 19_292_260)]
    [InlineData("--model vgg16 --head 4096,4096 --pool 7 --classes 1000", 138_357_544)]
    [InlineData("--model vgg16c-padded --head imagenet", 133_638_952)]
    [InlineData("--config 8,LRN,M --lrn 3,0.5,0.75,2 --input 1,1,9,9 --classes 4", 116)]
    public void Options_select_the_head_and_the_convolution_bias(string options, long parameters)
    {
        using TemporaryFolder folder = new();
        Assert.Equal(parameters, DeepSharpProcess.Succeed(folder, $"summary {options} --json").Json.GetProperty("parameters").GetInt64());
    }

    [Fact]
    public void Info_lists_processor_vector_width_workers_and_algorithms()
    {
        using TemporaryFolder folder = new();
        var json = DeepSharpProcess.Succeed(folder, "info --json").Json;
        Assert.Contains(json.GetProperty("vector_width").GetInt32(), (int[])[0, 128, 256, 512]);
        Assert.True(json.GetProperty("workers").GetInt32() >= 1);
        Assert.StartsWith(".NET 10", json.GetProperty("runtime").GetString(), StringComparison.Ordinal);
        Assert.NotEqual("", json.GetProperty("processor").GetString());
        string[] algorithms =
            [.. json.GetProperty("algorithms").EnumerateArray().Select(algorithm => algorithm.GetProperty("name").GetString()!)];
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
    public void Help_works_without_a_terminal(string commandLine, string expected)
    {
        using TemporaryFolder folder = new();
        Assert.Contains(expected, DeepSharpProcess.Succeed(folder, commandLine).Output, StringComparison.Ordinal);
    }
}
