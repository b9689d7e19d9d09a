namespace DeepSharp.Vgg.Tests.Models;

/// <summary>Tests initializations of deep networks without batch normalization, and initialization from a shallower network.</summary>
public class InitializationTests
{
    private static readonly VggOptions Options = new() { Classes = 10, Head = VggHead.Compact };

    // VGG-16 and VGG-11 with a sixteenth of the channels.
    private static readonly VggConfig Deep = Narrow(VggConfig.D), Shallow = Narrow(VggConfig.A);

    // At chance, the loss for ten classes is ln 10 = 2.30.
    [Fact]
    public void VGG16_without_batch_norm_learns_with_Kaiming_fan_out() =>
        Assert.InRange(LossAfter(Initialization.KaimingFanOut, steps: 200), 0, 2.1);

    [Fact]
    public void VGG16_without_batch_norm_stays_at_chance_with_the_small_weights_of_the_paper() =>
        Assert.Equal(Math.Log(10), LossAfter(Initialization.Paper, steps: 100), 0.01);

    [Fact]
    public void A_deep_network_starts_from_the_first_four_convolutions_and_the_linear_layers_of_a_trained_network()
    {
        var options = Options with { Head = new VggHead { Hidden = [12] } };
        using var trained = VggModel.Create<float>(Shallow, options, seed: 1, TestContexts.Default);
        using var deep = VggModel.Create<float>(Deep, options, seed: 2, TestContexts.Default);
        var before = Weights(deep);
        // The convolutions are conv1-1, conv2-1, conv3-1 and conv3-2 in the paper's table 1.
        Assert.Equal(
            ["features.0", "features.5", "features.10", "features.12", "classifier.0", "classifier.3"], deep.InitializeFrom(trained));
        var (from, after) = (Weights(trained), Weights(deep));
        foreach (var (source, target) in ((string, string)[])[("0", "0"), ("3", "5"), ("6", "10"), ("8", "12")])
            Assert.Equal(from[$"features.{source}.weight"], after[$"features.{target}.weight"]);
        Assert.Equal(from["classifier.0.bias"], after["classifier.0.bias"]);
        Assert.Equal(from["classifier.3.weight"], after["classifier.3.weight"]);
        foreach (string random in (string[])["2", "7", "14", "17", "28"])
            Assert.Equal(before[$"features.{random}.weight"], after[$"features.{random}.weight"]);
    }

    [Fact]
    public void Batch_normalizations_are_copied_with_their_convolutions_and_layers_of_other_shapes_are_not_copied()
    {
        var options = Options with { BatchNorm = true };
        using var trained = VggModel.Create<float>(Shallow, options, seed: 1, TestContexts.Default);
        using var deep = VggModel.Create<float>(Deep, options with { Classes = 7, InputChannels = 1 }, seed: 2, TestContexts.Default);
        trained.NamedBuffers().First(named => named.Name == "features.5.running_var").Buffer[3] = 7;
        // The first convolution has another number of input channels, the last layer another number of classes.
        Assert.Equal(["features.7", "features.8"], deep.InitializeFrom(trained, convolutions: 2));
        Assert.Equal(7, deep.NamedBuffers().First(named => named.Name == "features.8.running_var").Buffer[3]);
    }

    // Section 3.1 of the paper, with the first three blocks of A and B and an eighth of their channels.
    [Fact]
    public void A_deeper_network_learns_when_started_from_a_trained_A_and_stays_at_chance_with_small_weights_alone()
    {
        var images = ShapesDataset.Generate(seed: 1, trainCount: 20, testCount: 1).Train;
        using var trained = VggModel.Create<float>(VggConfig.Parse("8,M,16,M,32,32,M"), Options, seed: 1, TestContexts.Default);
        Train(trained, images, steps: 100);
        var deep = VggConfig.Parse("8,8,M,16,16,M,32,32,M");
        var small = Options with { Initialization = Initialization.Paper };
        using var alone = VggModel.Create<float>(deep, small, seed: 2, TestContexts.Default);
        using var started = VggModel.Create<float>(deep, small, seed: 2, TestContexts.Default);
        Assert.Equal(["features.0", "features.5", "features.10", "features.12", "classifier.0"], started.InitializeFrom(trained));
        double lossAlone = Train(alone, images, steps: 70), lossStarted = Train(started, images, steps: 70);
        Assert.Equal(Math.Log(10), lossAlone, 0.01);
        Assert.InRange(lossStarted, 0, 2);
    }

    /// <summary>
    /// Trains for the given number of steps, each on all images. Returns the lowest loss, because the loss may
    /// jump in single steps without batch normalization.
    /// </summary>
    private static double Train(VggModel<float> model, IImageDataset images, int steps)
    {
        using var sgd = new Sgd<float>(model.Parameters(), learningRate: 0.01, momentum: 0.9);
        double min = double.MaxValue;
        for (int step = 0; step < steps; step++)
        {
            foreach (var batch in images.Batches(images.Count, model.Context))
            {
                using var tape = new Tape<float>(Mode.Training);
                var loss = model.Forward(tape.Input(batch.Images)).CrossEntropy(batch.Labels);
                tape.Backward(loss);
                sgd.Step();
                min = Math.Min(min, loss.Value.ToScalar());
            }
        }

        return min;
    }

    /// <summary>Trains on noisy images of ten colors, one per class. Returns the mean loss of the second half of the steps.</summary>
    private static double LossAfter(Initialization initialization, int steps)
    {
        var context = TestContexts.Default;
        using var model = VggModel.Create<float>(Deep, Options with { Initialization = initialization }, seed: 4, context);
        using var sgd = new Sgd<float>(model.Parameters(), learningRate: 0.01, momentum: 0.9);
        using var colors = Tensor<float>.RandomNormal([10, 3, 1, 1], new RandomStream(1, "colours"), context: context);
        int[] labels = [.. Enumerable.Range(0, 10)];
        double sum = 0;
        for (int step = 0; step < steps; step++)
        {
            using var noise = Tensor<float>.RandomNormal(
                [10, 3, 32, 32], new RandomStream(step, "noise"), deviation: 0.5, context: context);
            using var images = colors + noise;
            using var tape = new Tape<float>(Mode.Training);
            var loss = model.Forward(tape.Input(images)).CrossEntropy(labels);
            tape.Backward(loss);
            sgd.Step();
            if (step >= steps / 2) sum += loss.Value.ToScalar();
        }

        return sum / (steps - (steps / 2));
    }

    private static Dictionary<string, float[]> Weights(VggModel<float> model) =>
        model.NamedParameters().ToDictionary(named => named.Name, named => named.Parameter.Value.ToArray());

    private static VggConfig Narrow(VggConfig config) => VggConfig.Parse(string.Join(',', config.Steps.Select(step =>
        step.Kind == VggStepKind.Convolution ? VggStep.Convolution(step.Channels / 16, step.KernelSize, step.Padding) : step)));
}
