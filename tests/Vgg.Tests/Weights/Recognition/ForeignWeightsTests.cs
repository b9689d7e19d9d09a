using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg.Tests.Weights.Recognition;

/// <summary>Files that PyTorch programs with names of their own wrote load without options, and compute what they computed there.</summary>
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
    public void Are_recognised_and_compute_the_same(string name, string config, bool batchNorm, int poolSize, string linears)
    {
        using var file = WeightsFile.Open(PathOf(name));
        var (plan, _, _) = VggRecognition.Of(file);
        Assert.Equal((config, batchNorm, poolSize), (plan.Config.ToString(), plan.Options.BatchNorm, plan.Options.Head.PoolSize));
        Assert.Equal(linears, string.Join(',', plan.Options.Head.Hidden.Append(plan.Options.Classes)));
        // The rounding of some twenty layers, far less than any wrong weight would do.
        RequireLogits<float>(name, 1e-4);
        RequireLogits<double>(name, 1e-10);
    }

    [Fact]
    public void Dropouts_are_where_the_numbers_say()
    {
        using var file = WeightsFile.Open(PathOf("grey"));
        var plan = VggRecognition.Of(file).Plan;
        Assert.True(plan.Options.Head.DropoutFirst);
        Assert.False(plan.Options.ConvolutionBias);
        Assert.Equal(1, plan.Options.InputChannels);
    }

    private static void RequireLogits<T>(string name, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var model = VggModel.Load<T>(PathOf(name), TestContexts.Default);
        using var images = Recorded.Tensor<T>($"{name}/images", TestContexts.Default);
        using var tape = new Tape<T>(Mode.Evaluation);
        double[] expected = Recorded.Values($"{name}/logits"), found = Array.ConvertAll(model.Forward(tape.Input(images)).Value.ToArray(), double.CreateChecked);
        double scale = expected.Max(Math.Abs);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, tolerance * scale));
    }

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", "foreign", $"{name}.pth");
}
