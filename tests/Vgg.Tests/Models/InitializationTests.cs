using DeepSharp.Tensors;
using DeepSharp.Vgg.Tests.Invariants;

namespace DeepSharp.Vgg.Tests.Models;

/// <summary>Deep nets without batch normalization: which initialisations let them train, and starting from a shallower net.</summary>
public class InitializationTests
{
    private static readonly VggOptions Options = new() { Classes = 10, Head = VggHead.Compact };

    // VGG-16 and VGG-11 with an eighth of the channels.
    private static readonly VggConfig Deep = Narrow(VggConfig.D), Shallow = Narrow(VggConfig.A);

    [Fact]
    public void VGG16_without_batch_norm_leaves_chance_with_Kaiming_s_fan_out() => Assert.True(LossAfter(Initialization.KaimingFanOut, steps: 300) < 1.5f);

    [Fact]
    public void VGG16_without_batch_norm_stays_at_chance_with_small_weights() =>
        Assert.Equal(Math.Log(10), LossAfter(Initialization.Paper, steps: 50), 0.05);

    [Fact]
    public void A_deep_net_starts_from_the_first_four_convolutions_and_the_linear_layers_of_a_trained_one()
    {
        var options = Options with { Head = new VggHead { Hidden = [12] } };
        using var trained = VggModel.Create<float>(Shallow, options, seed: 1, TestContexts.Default);
        using var deep = VggModel.Create<float>(Deep, options, seed: 2, TestContexts.Default);
        var before = Weights(deep);
        // conv1-1, conv2-1, conv3-1 and conv3-2 of table 1.
        Assert.Equal(["features.0", "features.5", "features.10", "features.12", "classifier.0", "classifier.3"], deep.InitializeFrom(trained));
        var (from, after) = (Weights(trained), Weights(deep));
        foreach (var (source, target) in ((string, string)[])[("0", "0"), ("3", "5"), ("6", "10"), ("8", "12")])
            Assert.Equal(from[$"features.{source}.weight"], after[$"features.{target}.weight"]);
        Assert.Equal(from["classifier.0.bias"], after["classifier.0.bias"]);
        Assert.Equal(from["classifier.3.weight"], after["classifier.3.weight"]);
        foreach (string random in (string[])["2", "7", "14", "17", "28"]) Assert.Equal(before[$"features.{random}.weight"], after[$"features.{random}.weight"]);
    }

    [Fact]
    public void Batch_normalizations_go_with_their_convolutions_and_other_shapes_stay()
    {
        var options = Options with { BatchNorm = true };
        using var trained = VggModel.Create<float>(Shallow, options, seed: 1, TestContexts.Default);
        using var deep = VggModel.Create<float>(Deep, options with { Classes = 7, InputChannels = 1 }, seed: 2, TestContexts.Default);
        trained.NamedBuffers().First(named => named.Name == "features.5.running_var").Buffer[3] = 7;
        // The first convolution has another number of input channels, and the last layer other classes.
        Assert.Equal(["features.7", "features.8"], deep.InitializeFrom(trained, convolutions: 2));
        Assert.Equal(7, deep.NamedBuffers().First(named => named.Name == "features.8.running_var").Buffer[3]);
    }

    private static float LossAfter(Initialization initialization, int steps)
    {
        using var loop = new TrainingLoop(Deep, Options with { Initialization = initialization }, [16, 3, 32, 32], TestContexts.Default);
        float loss = float.NaN;
        for (int step = 0; step < steps; step++) loss = loop.Step();
        return loss;
    }

    private static Dictionary<string, float[]> Weights(VggModel<float> model) =>
        model.NamedParameters().ToDictionary(named => named.Name, named => named.Parameter.Value.ToArray());

    private static VggConfig Narrow(VggConfig config) => VggConfig.Parse(string.Join(',', config.Steps.Select(step =>
        step.Kind == VggStepKind.Convolution ? VggStep.Convolution(step.Channels / 8, step.KernelSize, step.Padding) : step)));
}
