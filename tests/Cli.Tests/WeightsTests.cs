using System.Text.Json;
using DeepSharp.Data;
using DeepSharp.Formats;
using DeepSharp.Nn;
using DeepSharp.Vgg;

namespace DeepSharp.Cli.Tests;

/// <summary>Runs commands on weights files from training runs and from other PyTorch programs.</summary>
public sealed class WeightsTests : IDisposable
{
    private static readonly PretrainedWeights Published = PretrainedWeights.Find("vgg11-bn")!;

    private readonly TemporaryFolder folder = new();

    public WeightsTests()
    {
        // "bare" has ten classes, batch normalization, and a linear layer named "classifier". "fully-connected" has five classes.
        foreach (string name in (string[])["bare.pth", "fully-connected.pth"])
            File.Copy(Path.Combine(AppContext.BaseDirectory, "Fixtures", "foreign", name), folder[name]);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_trained_network_is_the_same_in_every_format()
    {
        Run("train --config 8,M,16,M --batch-norm --limit-train 128 --limit-test 50 --epochs 1 --out run");
        Assert.Contains("16 tensors from", Run("convert run model.pth").Output, StringComparison.Ordinal);
        // The converted file has only the tensors of the model, because PyTorch's load_state_dict refuses others.
        using (var checkpoint = WeightsFile.Open(folder["run/checkpoint.safetensors"]))
        using (var converted = WeightsFile.Open(folder["model.pth"]))
        {
            var training = checkpoint.Tensors.Keys.Where(name => name.StartsWith("training.", StringComparison.Ordinal)).ToList();
            Assert.NotEmpty(training);
            Assert.Equal(
                checkpoint.Tensors.Keys.Except(training).Order(StringComparer.Ordinal),
                converted.Tensors.Keys.Order(StringComparer.Ordinal));
            Assert.DoesNotContain("training", converted.Metadata.Keys);
        }

        Assert.Contains("model.pth to model.safetensors", Run("convert model.pth model.safetensors").Output, StringComparison.Ordinal);
        Run("convert run model.onnx --no-fold");
        string expected = Run("evaluate --weights run --limit-test 50 --json").Output;
        foreach (string name in (string[])["model.pth", "model.safetensors", "model.onnx"])
        {
            Assert.Equal(expected, Run($"evaluate --weights {name} --limit-test 50 --json").Output);
            var model = Run($"inspect {name} --json").Json.GetProperty("model");
            Assert.Equal("8,M,16,M-bn", model.GetProperty("name").GetString());
            Assert.Equal(0, model.GetProperty("assumptions").GetArrayLength());
        }

        // ONNX preserves names, types, values and metadata.
        Run("convert model.onnx back.safetensors");
        Assert.Equal(File.ReadAllBytes(folder["model.safetensors"]), File.ReadAllBytes(folder["back.safetensors"]));
    }

    [Theory]
    [InlineData("", 32)]
    [InlineData(" --no-fold --size 48", 48)]
    public void A_network_converts_to_ONNX(string options, int size)
    {
        string[] lines = Run($"convert bare.pth bare.onnx{options}").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("Assuming ReLU after each convolution ", lines[0], StringComparison.Ordinal);
        Assert.Equal("4,M,6,M,8,8,M,10,10,M,10,10,M-bn from bare.pth to bare.onnx", lines[^1]);
        using var model = VggModel.Load<float>(folder["bare.pth"]);
        OnnxExport.Write(model, folder["expected.onnx"], new OnnxOptions { FoldBatchNorm = options.Length == 0, Height = size });
        Assert.Equal(File.ReadAllBytes(folder["expected.onnx"]), File.ReadAllBytes(folder["bare.onnx"]));
    }

    [Theory]
    [InlineData("CAPITALS.PTH", "504B")]
    [InlineData("CAPITALS.ONNX", "0808")]
    public void Extensions_may_be_in_capitals(string name, string beginning)
    {
        Run($"convert bare.pth {name}");
        Assert.Equal(beginning, Convert.ToHexString(File.ReadAllBytes(folder[name])[..2]));
    }

    // The file sized.pth is bare.pth with stored preprocessing, whose image size is larger than the images of the data set.
    [Fact]
    public void Images_are_resized_to_the_size_in_the_file()
    {
        var usual = ShapesDataset.Generate(trainCount: 1, testCount: 1).Test.Normalization;
        var description = new ImagePreprocessing([], usual.Mean, usual.Deviation, 3, 48, 48, Resize: 56);
        using (var bare = WeightsFile.Open(folder["bare.pth"]))
        {
            var writer = WeightsWriter.For("sized.pth");
            writer.AddAll(bare);
            description.Write(writer.Metadata);
            writer.Save(folder["sized.pth"]);
        }

        Run("evaluate --weights sized.pth --limit-test 4 --save-logits sized.npy");
        float[] found = Logits("sized.npy", 4);
        var images = new DataSource { LimitTest = 4 }.Load().Test;
        using var model = VggModel.Load<float>(folder["bare.pth"]);
        List<float> expected = [];
        model.Evaluate(
            description.Apply(images), new EvaluationOptions<float> { OnLogits = logits => expected.AddRange(logits.ToArray()) });
        Assert.Equal(expected, found);
        Run("evaluate --weights bare.pth --limit-test 4 --save-logits bare.npy");
        Assert.NotEqual(Logits("bare.npy", 4), found);

        // predict gives the same result for the first image, which it reads from a file.
        byte[] pixels = new byte[3 * 32 * 32];
        images.ReadPixels(0, pixels);
        var interleaved = Enumerable.Range(0, pixels.Length).Select(p => pixels[(p % 3 * 1024) + (p / 3)]);
        File.WriteAllBytes(folder["first.ppm"], [.. "P6\n32 32\n255\n"u8, .. interleaved]);
        var classes = Run("predict first.ppm --weights sized.pth --top 10 --json").Json.GetProperty("images")[0].GetProperty("classes");
        double sum = found.Take(10).Sum(logit => Math.Exp(logit));
        foreach (var one in classes.EnumerateArray())
            Assert.Equal(Math.Exp(found[one.GetProperty("index").GetInt32()]) / sum, one.GetProperty("probability").GetDouble(), 1e-5);
    }

    [Fact]
    public void Inspect_recognizes_foreign_files()
    {
        var report = Run("inspect fully-connected.pth --json").Json;
        var model = report.GetProperty("model");
        Assert.Equal("4,4,M,6,6,M,8,8,M,10,10,M,10,10,M", model.GetProperty("config").GetString());
        Assert.Equal(
            (false, true, 3, 2, 5),
            (
                model.GetProperty("batch_norm").GetBoolean(), model.GetProperty("convolution_bias").GetBoolean(),
                model.GetProperty("input_channels").GetInt32(), model.GetProperty("pool_size").GetInt32(),
                model.GetProperty("classes").GetInt32()));
        Assert.Equal([11, 9], model.GetProperty("hidden").EnumerateArray().Select(width => width.GetInt32()));
        var tensors = report.GetProperty("tensors").EnumerateArray().ToList();
        Assert.Equal(26, tensors.Count);
        Assert.Equal("F32", tensors[0].GetProperty("type").GetString());

        string table = Run("inspect fully-connected.pth").Output;
        Assert.Contains("[4, 3, 3, 3]", table, StringComparison.Ordinal);
        Assert.Contains("Recognized as 4,4,M,6,6,M,8,8,M,10,10,M,10,10,M: ", table, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_says_why_a_file_is_not_recognized()
    {
        var writer = new SafeTensorsWriter();
        writer.Add("steps", 7);
        writer.Save(folder["other.safetensors"]);
        var report = Run("inspect other.safetensors --json").Json;
        Assert.Equal(JsonValueKind.Null, report.GetProperty("model").ValueKind);
        Assert.Contains(
            "there is no convolution", report.GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Contains("Not recognized: other.safetensors: ", Run("inspect other.safetensors").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_saves_the_scores_in_the_order_of_the_images()
    {
        var result = Run("evaluate --weights bare.pth --limit-test 20 --batch-size 8 --save-logits logits.npy --json").Json;
        Assert.Equal(20, result.GetProperty("total").GetInt32());
        float[] found = Logits("logits.npy", 20);

        var images = new DataSource { LimitTest = 20 }.Load().Test;
        using var model = VggModel.Load<float>(folder["bare.pth"]);
        List<float> expected = [];
        model.Evaluate(images, new() { BatchSize = 8, OnLogits = logits => expected.AddRange(logits.ToArray()) });
        Assert.Equal(expected, found);
        int[] best = [.. found.Chunk(10).Select(row => row.AsSpan().IndexOf(row.Max()))];
        Assert.Equal(result.GetProperty("correct").GetInt32(), Enumerable.Range(0, 20).Count(i => best[i] == images.Label(i)));
    }

    [Fact]
    public void Evaluate_normalizes_images_by_the_given_mean_and_std()
    {
        var usual = ShapesDataset.Generate(trainCount: 1, testCount: 1).Test.Normalization;
        const string Evaluate = "evaluate --weights bare.pth --limit-test 20 --save-logits";
        Run($"{Evaluate} usual.npy");
        Run($"{Evaluate} same.npy --mean {string.Join(',', usual.Mean)} --std {string.Join(',', usual.Deviation)}");
        Run($"{Evaluate} other.npy --mean 0.1,0.2,0.3 --std 0.5,0.5,0.5");
        Assert.Equal(Logits("usual.npy", 20), Logits("same.npy", 20));
        Assert.NotEqual(Logits("usual.npy", 20), Logits("other.npy", 20));
    }

    [Fact]
    public void Predict_lists_the_most_likely_classes()
    {
        Run("train --config 8,M,16,M --limit-train 128 --limit-test 50 --epochs 1 --out run");
        // Writes the first two test images, each to a PPM file and both to one NumPy array.
        var images = ShapesDataset.Generate(trainCount: 1, testCount: 2).Test;
        List<byte> array = [];
        for (int i = 0; i < 2; i++)
        {
            byte[] pixels = new byte[3 * 32 * 32], image = new byte[pixels.Length];
            images.ReadPixels(i, pixels);
            for (int p = 0; p < pixels.Length; p++) image[p] = pixels[(p % 3 * 1024) + (p / 3)];
            File.WriteAllBytes(folder[$"{i}.ppm"], [.. "P6\n32 32\n255\n"u8, .. image]);
            array.AddRange(pixels);
        }

        var header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 32, 32)}\n"u8;
        File.WriteAllBytes(folder["both.npy"], [0x93, .. "NUMPY"u8, 1, 0, 66, 0, .. header, .. array]);
        var report = Run("predict 0.ppm 1.ppm both.npy --weights run --top 10 --json").Json;
        var predictions = report.GetProperty("images").EnumerateArray()
            .Select(image => image.GetProperty("classes").EnumerateArray().ToList())
            .ToList();
        Assert.Equal(4, predictions.Count);
        foreach (var classes in predictions)
        {
            double[] probabilities = [.. classes.Select(one => one.GetProperty("probability").GetDouble())];
            Assert.Equal(1, probabilities.Sum(), 1e-5);
            Assert.Equal(probabilities.OrderDescending(), probabilities);
            Assert.All(classes, one => Assert.Equal(
                images.ClassNames[one.GetProperty("index").GetInt32()], one.GetProperty("name").GetString()));
        }

        Assert.Equal(predictions[0].Select(one => one.ToString()), predictions[2].Select(one => one.ToString()));
        Assert.Equal(predictions[1].Select(one => one.ToString()), predictions[3].Select(one => one.ToString()));

        string output = Run("predict 0.ppm both.npy --weights run --top 1 --limit 1").Output;
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Matches($"^0\\.ppm: ({string.Join('|', images.ClassNames)}) [0-9.]+%$", lines[0]);
        Assert.StartsWith("both.npy[0]: ", lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("predict nowhere.ppm --weights bare.pth", 1, "found no file nowhere.ppm")]
    [InlineData("predict bare.pth --weights bare.pth", 1, "bare.pth: expected a PNG image, a binary PPM")]
    [InlineData("predict --weights bare.pth", 2, "Required argument 'IMAGE' missing")]
    [InlineData("predict grey.pgm --weights bare.pth", 2, "bare.pth does not store the preprocessing of images; give --mean and --std.")]
    [InlineData(
        "predict grey.pgm --weights bare.pth --mean 1,x,3", 2,
        "--mean must be finite numbers as in 0.485,0.456,0.406, found \"1,x,3\".")]
    [InlineData("evaluate --weights bare.pth --mean 1,2,3", 2, "Expected both --mean and --std, found only one.")]
    [InlineData(
        "evaluate --weights bare.pth --mean 1,2 --std 1,2", 2,
        "--mean and --std must have a number for each of the 3 channels, found 2 and 2.")]
    [InlineData("evaluate --weights bare.pth --mean 1,2,3 --std 1,0,1", 2, "--std must be positive, found 0.")]
    [InlineData("evaluate --weights bare.pth --model vgg16", 2, "those of the configuration 64,64,M,")]
    [InlineData("evaluate --weights bare.pth --limit-test 5 --save-logits nowhere/x.npy", 1, "nowhere")]
    [InlineData("evaluate --weights fully-connected.pth", 1, "the network has 5 classes, the data set has 10")]
    [InlineData(
        "evaluate --weights vgg12", 1,
        "or one of vgg11, vgg11-bn, vgg13, vgg13-bn, vgg16, vgg16-bn, vgg19, vgg19-bn, found no file vgg12")]
    [InlineData("inspect nowhere.pth", 1, "found no file nowhere.pth")]
    [InlineData("inspect grey.pgm", 1, "grey.pgm: not a safetensors file, nor a")]
    [InlineData("convert bare.pth bare.txt", 2, "OUT must end in .safetensors, .pth, .pt, .onnx, found \"bare.txt\"")]
    [InlineData("convert bare.pth nowhere/bare.safetensors", 1, "nowhere")]
    [InlineData("convert grey.pgm grey.pth", 1, "grey.pgm: not a safetensors file, nor a")]
    [InlineData("evaluate --weights relu.onnx", 1, "relu.onnx: not a VGG network: the graph has no output.")]
    [InlineData("convert relu.onnx relu.pth", 1, "relu.onnx: not a VGG network: the graph has no output.")]
    [InlineData(
        "predict grey.pgm --weights bare.pth --mean 1,2,3 --std 1,2,3 --classes two.txt", 1,
        "two.txt: expected the names of 10 classes, one per line, found 2.")]
    [InlineData(
        "predict grey.pgm --weights bare.pth --mean 1,2,3 --std 1,2,3 --classes gap.txt", 1,
        "gap.txt: line 3 is empty, expected the name of class 2.")]
    public void Bad_input_gives_one_line_and_leaves_no_file(string commandLine, int exitCode, string expected)
    {
        File.WriteAllBytes(folder["grey.pgm"], [.. "P5 2 1 255 "u8, 1, 2]);
        // ir_version 8, and a graph of one node with input "a", output "b" and operator Relu.
        File.WriteAllBytes(
            folder["relu.onnx"], [8, 8, 58, 14, 10, 12, 10, 1, (byte)'a', 18, 1, (byte)'b', 34, 4, .. "Relu"u8]);
        File.WriteAllText(folder["two.txt"], "one\ntwo\n");
        File.WriteAllText(folder["gap.txt"], "0\n1\n\n3\n4\n5\n6\n7\n8\n9\n");
        string[] before = Directory.GetFileSystemEntries(folder.Path);
        var result = DeepSharpProcess.Run(folder, commandLine);
        Assert.Equal(exitCode, result.ExitCode);
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith("deepsharp: ", line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.Equal(before.Order(), Directory.GetFileSystemEntries(folder.Path).Order());
    }

    /// <summary>The server's file has the name and hash of a torchvision file, but seven classes. See make_foreign.py.</summary>
    [Fact]
    public void Named_weights_are_downloaded_once_and_determine_the_preprocessing()
    {
        File.WriteAllBytes(folder["image.ppm"], [.. "P6 2 1 255 "u8, 10, 20, 30, 200, 100, 0]);
        string published = Path.Combine(AppContext.BaseDirectory, "Fixtures", "foreign", Published.FileName);
        using var server = new LoopbackServer(File.ReadAllBytes(published));
        server.BreaksAfter = 10_000;
        string command = $"predict image.ppm --weights {Published.Name} --cache cache --top 2";
        var broken = DeepSharpProcess.Run(folder, command, server.Address);
        Assert.Equal(1, broken.ExitCode);
        Assert.Contains(
            "was interrupted after 10000 bytes, which are kept for the next attempt: ",
            Assert.Single(broken.ErrorLines),
            StringComparison.Ordinal);

        server.BreaksAfter = int.MaxValue;
        string[] first = Lines(DeepSharpProcess.Run(folder, command, server.Address));
        Assert.Equal($"Downloading {new Uri(server.Address, Published.FileName)} to cache.", first[0]);
        Assert.Contains("100 % of 0 MB", first);
        Assert.Matches("^image\\.ppm: class [0-6] [0-9.]+%, class [0-6] [0-9.]+%$", first[^1]);
        Assert.Equal([0, 10_000], server.RequestedFrom);
        Assert.Equal([folder[$"cache/{Published.FileName}"]], Directory.GetFiles(folder["cache"]));

        // Without the server, the cached file gives the same result. It stores no class names, but --classes can supply them.
        server.Dispose();
        Assert.Equal(
            first.SkipWhile(line => line != "100 % of 0 MB").Skip(1),
            Lines(DeepSharpProcess.Run(folder, command, server.Address)));
        File.WriteAllLines(folder["names.txt"], Enumerable.Range(0, 7).Select(i => $"thing {i}"));
        string[] named = Lines(DeepSharpProcess.Run(folder, $"{command} --classes names.txt", server.Address));
        Assert.Equal(first[^1].Replace("class", "thing", StringComparison.Ordinal), named[^1]);

        static string[] Lines(CommandResult result)
        {
            Assert.True(result.ExitCode == 0, result.Error);
            return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    [Fact]
    public void Weights_with_a_wrong_hash_are_refused_and_removed()
    {
        using var server = new LoopbackServer([1, 2, 3]);
        var result = DeepSharpProcess.Run(folder, "inspect vgg16-bn --cache cache", server.Address);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("expected SHA256 6c64b313, found 039058c6", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder["cache"]));
    }

    // By default, nothing listens at the address of the weights server. See DeepSharpProcess.
    [Fact]
    public void Without_a_network_the_error_names_the_file_and_its_folder()
    {
        var result = DeepSharpProcess.Run(folder, "evaluate --weights vgg16-bn --cache cache");
        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith(
            " Without the network, put the file vgg16_bn-6c64b313.pth into the folder cache.",
            Assert.Single(result.ErrorLines),
            StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder["cache"]));
    }

    private CommandResult Run(string commandLine) => DeepSharpProcess.Succeed(folder, commandLine);

    private float[] Logits(string name, int count)
    {
        byte[] file = File.ReadAllBytes(folder[name]);
        Assert.Equal(128 + (count * 10 * sizeof(float)), file.Length);
        float[] logits = new float[count * 10];
        Buffer.BlockCopy(file, 128, logits, 0, file.Length - 128);
        return logits;
    }
}
