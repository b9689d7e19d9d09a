namespace DeepSharp.Vgg.Tests;

/// <summary>Trains new heads on trained features, as in docs/transfer-learning.md.</summary>
public class TransferLearningTests
{
    private static readonly VggConfig Config = VggConfig.Parse("12,M,24,M,48,M");
    private static readonly VggOptions Options = new() { BatchNorm = true, Classes = 10, Head = VggHead.Compact };

    [Fact]
    public void A_trained_network_learns_other_classes_from_few_images()
    {
        using var folder = new TemporaryFolder();
        string path = folder["pretrained.safetensors"];
        var shapes = ShapesDataset.Generate(trainCount: 2000, testCount: 400);
        using (var pretrained = VggModel.Create<float>(Config, Options, seed: 1))
        {
            var options = new TrainingOptions<float> { Epochs = 3, BatchSize = 50, StepSize = 2 };
            using var trainer = new Trainer<float>(pretrained, shapes, options);
            trainer.Run();
            pretrained.Save(path);
        }

        var data = new ImageData(new Pairs(shapes.Train.Take(320)), new Pairs(shapes.Test));
        // Chance for five classes: 0.2.
        Assert.InRange(FineTune(path, data), 0.3, 1);
    }

    [Fact]
    public void Loads_the_matching_tensors_and_reports_the_others()
    {
        using var folder = new TemporaryFolder();
        string path = folder["model.safetensors"];
        using var saved = VggModel.Create<float>(Config, Options, seed: 1, TestContexts.Default);
        saved.Save(path);
        using var model = VggModel.Create<float>(
            VggConfig.Parse("12,M,24,24,M,48,M"), Options with { Classes = 5, ConvolutionBias = false }, seed: 2, TestContexts.Default);
        string before = string.Join(',', Values(model, "classifier.0.weight"));

        var report = model.LoadMatching(path);
        foreach (string name in report.Missing) Console.WriteLine($"{name} keeps its random weights");

        Assert.Equal(["features.7.weight"], report.Missing.Where(name => name.EndsWith("features.7.weight", StringComparison.Ordinal)));
        Assert.Contains("features.0.bias", report.Unexpected);
        Assert.Contains("classifier.0.weight (expected [5, 48], found [10, 48])", report.WrongShape);
        Assert.Contains("features.0.weight", report.Matching);
        Assert.Contains("features.1.num_batches_tracked", report.Matching);
        Assert.False(report.IsMatch);
        Assert.Equal(Values(saved, "features.0.weight"), Values(model, "features.0.weight"));
        Assert.Equal(before, string.Join(',', Values(model, "classifier.0.weight")));
        foreach (string part in (string[])["missing: ", "unexpected: ", "with another shape: "])
            Assert.Contains(part, report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_file_without_matching_tensors()
    {
        using var folder = new TemporaryFolder();
        using var saved = new Linear<float>(3, 2, new RandomStream(1, "other"), context: TestContexts.Default);
        saved.Save(folder["other.safetensors"]);
        using var model = VggModel.Create<float>(Config, Options, context: TestContexts.Default);
        var error = Assert.Throws<InvalidDataException>(() => model.LoadMatching(folder["other.safetensors"]));
        Assert.Contains("nothing fits", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_head_keeps_the_unchanged_hidden_layers()
    {
        var options = Options with { Head = new VggHead { Hidden = [7, 6] } };
        using var model = VggModel.Create<float>(Config, options, seed: 1, TestContexts.Default);
        string[] kept = ["features.0.weight", "classifier.0.weight", "classifier.3.bias"];
        float[][] before = [.. kept.Select(name => Values(model, name))];
        var (oldHidden, oldLast) = (Parameter(model, "classifier.0.weight"), Parameter(model, "classifier.6.weight"));
        Assert.False(oldHidden.Value.IsDisposed || oldLast.Value.IsDisposed);
        model.Fuse = false;
        model.ReplaceHead(classes: 10, seed: 2);
        Assert.Equal(before, kept.Select(name => Values(model, name)));
        Assert.True(oldHidden.Value.IsDisposed && oldLast.Value.IsDisposed);
        Assert.False(model.Classifier.Fuse);

        model.ReplaceHead(classes: 3, VggHead.Parse("7,5") with { PoolSize = 2, Dropout = 0 });
        using var images = Tensor<float>.RandomNormal([2, 3, 32, 32], new RandomStream(1, "images"), context: TestContexts.Default);
        using var tape = new Tape<float>(Mode.Evaluation);
        Assert.Equal([2, 3], model.Forward(tape.Input(images)).Shape);
        Assert.Equal([2, 5], model.Penultimate(tape.Input(images)).Shape);
        Assert.Equal([7, 48 * 2 * 2], Parameter(model, "classifier.0.weight").Shape);
    }

    [Fact]
    public void A_model_with_a_new_head_loads_from_its_file()
    {
        using var folder = new TemporaryFolder();
        using var model = VggModel.Create<float>(Config, Options, seed: 1, TestContexts.Default);
        model.ReplaceHead(classes: 4, VggHead.Small with { Hidden = [9] }, seed: 5);
        model.Save(folder["model.safetensors"]);
        using var loaded = VggModel.Load<float>(folder["model.safetensors"], TestContexts.Default);
        Assert.Equal(model.Options, loaded.Options);
        Assert.Equal(5, loaded.Description.Seed);
        Assert.Equal(model.State().Sha256(), loaded.State().Sha256());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Frozen_features_do_not_change_until_they_are_unfrozen(bool fuse)
    {
        using var model = VggModel.Create<float>(Config, Options, seed: 1, TestContexts.Default);
        model.Fuse = fuse;
        using var sgd = new Sgd<float>(model.Parameters(), learningRate: 0.1, momentum: 0.9, weightDecay: 0.1);
        string[] changed = Train();
        Assert.Contains("features.1.running_mean", changed);
        model.Features.Freeze();
        Assert.Equal(["classifier.0.weight", "classifier.0.bias"], Train());
        model.Features.Unfreeze();
        Assert.Superset(changed.ToHashSet(), Train().ToHashSet());

        string[] Train()
        {
            var before = State();
            using var images = Tensor<float>.RandomNormal([4, 3, 32, 32], new RandomStream(1, "images"), context: TestContexts.Default);
            using var tape = new Tape<float>(Mode.Training);
            tape.Backward(model.Forward(tape.Input(images)).CrossEntropy([0, 1, 2, 3]));
            sgd.Step();
            var after = State();
            return [.. before.Keys.Where(name => !before[name].SequenceEqual(after[name]))];
        }

        Dictionary<string, float[]> State() => model.NamedParameters().Select(named => (named.Name, named.Parameter.Value))
            .Concat(model.NamedBuffers())
            .ToDictionary(named => named.Item1, named => named.Item2.ToArray());
    }

    [Fact]
    public void Returns_the_output_of_any_feature_layer_and_the_input_of_the_last_layer()
    {
        using var model = VggModel.Create<float>(Config, Options, seed: 1, TestContexts.Default);
        using var images = Tensor<float>.RandomNormal([2, 3, 40, 32], new RandomStream(1, "images"), context: TestContexts.Default);

        using var tape = new Tape<float>(Mode.Evaluation);
        var maps = model.Features.Forward(tape.Input(images));
        var rows = model.Penultimate(tape.Input(images));
        var early = model.Features.Forward(tape.Input(images), ..4);

        Assert.Equal([2, 48, 5, 4], maps.Shape);
        Assert.Equal([2, 12, 20, 16], early.Shape);
        Assert.Equal([2, 48], rows.Shape);
        Assert.Equal(model.Forward(tape.Input(images)).Value.ToArray(), model.Classifier.Forward(rows).Value.ToArray());
    }

    private static double FineTune(string path, ImageData data)
    {
        using var model = VggModel.Load<float>(path);
        model.ReplaceHead(data.ClassNames.Count);
        model.Features.Freeze();

        using var sgd = new Sgd<float>(
            [
                new(model.Features.Parameters(), learningRate: 0.005),
                new(model.Classifier.Parameters(), learningRate: 0.05),
            ],
            momentum: 0.9);

        for (int epoch = 0; epoch < 4; epoch++)
        {
            if (epoch == 2) model.Features.Unfreeze();
            foreach (var batch in data.Train.Batches(batchSize: 32, Augment.None, epoch))
            {
                using var tape = new Tape<float>(Mode.Training);
                tape.Backward(model.Forward(tape.Input(batch.Images)).CrossEntropy(batch.Labels));
                sgd.Step();
            }
        }

        return model.Evaluate(data.Test).Accuracy;
    }

    private static Parameter<float> Parameter(VggModel<float> model, string name) =>
        model.NamedParameters().First(named => named.Name == name).Parameter;

    private static float[] Values(VggModel<float> model, string name) => Parameter(model, name).Value.ToArray();

    /// <summary>Merges consecutive classes of a data set in pairs.</summary>
    private sealed class Pairs(IImageDataset images) : IImageDataset
    {
        public int Count => images.Count;

        public int Channels => images.Channels;

        public int Height => images.Height;

        public int Width => images.Width;

        public IReadOnlyList<string> ClassNames { get; } = [.. images.ClassNames.Chunk(2).Select(pair => string.Join(" or ", pair))];

        public Normalization Normalization => images.Normalization;

        public int Label(int index) => images.Label(index) / 2;

        public void ReadPixels(int index, Span<byte> pixels) => images.ReadPixels(index, pixels);
    }
}
