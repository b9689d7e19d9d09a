using System.Numerics;

namespace DeepSharp.Vgg.Tests.Weights.Recognition;

/// <summary>Files with the tensor names of other PyTorch programs load without options, and give PyTorch's logits.</summary>
public class ForeignWeightsTests
{
    private static readonly Fixture Recorded = Fixture.Load("foreign/foreign-logits");

    public static TheoryData<string, string, bool, int, string> Files => new()
    {
        { "blocks", "4,4,M,6,6,M,8,8,8,M,10,10,10,M,10,10,10,M", true, 1, "12,12,7" },
        { "fully-connected", "4,4,M,6,6,M,8,8,M,10,10,M,10,10,M", false, 2, "11,9,5" },
        { "bare", "4,M,6,M,8,8,M,10,10,M,10,10,M", true, 1, "10" },
        { "grey", "4,M,8,8,M", true, 7, "6,6,4" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Pth_files_are_recognized_and_give_the_logits_of_PyTorch(
        string name, string config, bool batchNorm, int poolSize, string linears)
    {
        RequireRecognized($"{name}.pth", config, batchNorm, poolSize, linears);
        // The tolerance allows for the rounding of about twenty layers. A wrong weight has a much larger effect.
        RequireLogits<float>($"{name}.pth", name, 1e-4);
        RequireLogits<double>($"{name}.pth", name, 1e-10);
    }

    /// <summary>The files are from torch.onnx.export, which folds batch normalizations into convolutions by default.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void ONNX_files_are_recognized_and_give_the_logits_of_PyTorch(
        string name, string config, bool batchNorm, int poolSize, string linears)
    {
        RequireRecognized($"{name}.onnx", config, batchNorm && name == "blocks", poolSize, linears);
        // Folding rounds the weights to float once more.
        RequireLogits<float>($"{name}.onnx", name, 1e-4);
        RequireLogits<double>($"{name}.onnx", name, 1e-5);
    }

    [Fact]
    public void ONNX_networks_convert_to_state_dictionaries_with_torchvision_names()
    {
        using var folder = new TemporaryFolder();
        using (var file = WeightsFile.Open(PathOf("grey.onnx")))
        {
            var writer = WeightsWriter.For("grey.pth");
            writer.AddAll(VggRecognition.Of(file).Weights);
            writer.Save(folder["grey.pth"]);
        }

        using var converted = WeightsFile.Open(folder["grey.pth"]);
        string[] layers = ["features.0", "features.3", "features.5", "classifier.1", "classifier.4", "classifier.6"];
        Assert.Equal(layers.SelectMany(layer => (string[])[$"{layer}.weight", $"{layer}.bias"]), converted.Tensors.Keys);
        Assert.True(VggRecognition.Of(converted).Description.Options.Head.DropoutFirst);
    }

    private static void RequireRecognized(string fileName, string config, bool batchNorm, int poolSize, string linears)
    {
        using var file = WeightsFile.Open(PathOf(fileName));
        var description = VggRecognition.Of(file).Description;
        Assert.Equal(
            (config, batchNorm, poolSize),
            (description.Config.ToString(), description.Options.BatchNorm, description.Options.Head.PoolSize));
        Assert.Equal(linears, string.Join(',', description.Options.Head.Hidden.Append(description.Options.Classes)));
    }

    [Fact]
    public void Layer_numbers_reveal_the_positions_of_dropouts()
    {
        using var file = WeightsFile.Open(PathOf("grey.pth"));
        var description = VggRecognition.Of(file).Description;
        Assert.True(description.Options.Head.DropoutFirst);
        Assert.False(description.Options.ConvolutionBias);
        Assert.Equal(1, description.Options.InputChannels);
    }

    private static void RequireLogits<T>(string fileName, string name, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var model = VggModel.Load<T>(PathOf(fileName), TestContexts.Default);
        using var images = Recorded.Tensor<T>($"{name}/images", TestContexts.Default);
        using var tape = new Tape<T>(Mode.Evaluation);
        double[] expected = Recorded.Values($"{name}/logits");
        double[] found = Array.ConvertAll(model.Forward(tape.Input(images)).Value.ToArray(), double.CreateChecked);
        double scale = expected.Max(Math.Abs);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, tolerance * scale));
    }

    private static string PathOf(string fileName) => Path.Combine(AppContext.BaseDirectory, "Fixtures", "foreign", fileName);
}
