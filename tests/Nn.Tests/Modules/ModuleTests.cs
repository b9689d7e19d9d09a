namespace DeepSharp.Nn.Tests.Modules;

public class ModuleTests
{
    private static ComputeContext Context => TestContexts.Default;

    [Fact]
    public void Names_parameters_buffers_and_integers_by_their_path()
    {
        using var model = new Outer();
        Assert.Equal(["scale", "body.0.weight", "body.0.bias", "body.2.weight"], model.NamedParameters().Select(named => named.Name));
        Assert.Equal(["mean"], model.NamedBuffers().Select(named => named.Name));
        Assert.Equal(["batches"], model.State().Where(named => named.Value.IsInteger).Select(named => named.Key));
        Assert.Equal(["body.3.position"], model.Positions().Names);
        Assert.Equal(["", "body", "body.0", "body.1", "body.2", "body.3"], model.NamedModules().Select(named => named.Name));
        Assert.Equal(4, model.Parameters().Count);
    }

    [Theory]
    [InlineData("a.b", "dot")]
    [InlineData("scale", "taken")]
    [InlineData("mean", "taken")]
    public void Rejects_names_that_are_not_valid_keys(string name, string reason) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => new Outer(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void Saves_and_loads_bit_for_bit()
    {
        using var folder = new TemporaryFolder();
        using Outer saved = new(seed: 1), loaded = new(seed: 2);
        saved.Batches.Value = 77;
        Assert.NotEqual(saved.State().Sha256(), loaded.State().Sha256());
        saved.Save(folder["model.safetensors"]);
        loaded.Load(folder["model.safetensors"]);
        Assert.Equal(77, loaded.Batches.Value);
        Assert.Equal(saved.State().Sha256(), loaded.State().Sha256());
    }

    [Fact]
    public void Loading_a_mismatched_file_lists_all_differences_and_changes_nothing()
    {
        using var folder = new TemporaryFolder();
        using Outer model = new(seed: 1), other = new(seed: 2);
        // The file is a checkpoint, of which only the model is compared.
        var writer = new SafeTensorsWriter { Metadata = { [TrainingCheckpoint.MetadataKey] = "{}" } };
        foreach (var (name, parameter) in other.NamedParameters().Where(named => named.Name != "body.0.weight"))
            writer.Add(name, parameter.Value);
        using var mean = Tensor<float>.Zeros([3], Context);
        writer.Add("mean", mean);
        writer.Add("batches", 1);
        writer.Add("surplus", 1);
        writer.Add("training.of_a_checkpoint", 1);
        writer.Save(folder["model.safetensors"]);

        string before = model.State().Sha256();
        var error = Assert.Throws<InvalidDataException>(() => model.Load(folder["model.safetensors"]));
        Assert.EndsWith(
            "1 missing: body.0.weight; 1 unexpected: surplus; 1 with another shape: mean (expected [2], found [3]).",
            error.Message,
            StringComparison.Ordinal);
        Assert.Equal(before, model.State().Sha256());
    }

    [Fact]
    public void The_weights_hash_depends_on_every_kind_of_state()
    {
        using var model = new Outer();
        HashSet<string> hashes = [model.State().Sha256()];
        model.Scale.Value[0] = 5;
        Assert.True(hashes.Add(model.State().Sha256()));
        model.Mean[1] = 5;
        Assert.True(hashes.Add(model.State().Sha256()));
        model.Batches.Value++;
        Assert.True(hashes.Add(model.State().Sha256()));
    }

    [Fact]
    public void The_weights_hash_is_that_of_the_logical_bytes_in_key_order()
    {
        using var model = new Images();
        byte[] bytes =
        [
            .. model.B.Value.ToArray().SelectMany(BitConverter.GetBytes),
            .. BitConverter.GetBytes(3L),
            .. model.A.Value.ToArray().SelectMany(BitConverter.GetBytes),
        ];
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), model.State().Sha256());
    }

    [Fact]
    public void Disposing_releases_its_memory()
    {
        var model = new Outer();
        Assert.All(model.Parameters(), parameter => Assert.False(parameter.Value.IsDisposed));
        model.Dispose();
        Assert.True(model.Scale.Value.IsDisposed);
        Assert.True(model.Mean.IsDisposed);
        Assert.All(model.Parameters(), parameter => Assert.True(parameter.Value.IsDisposed));
    }

    [Fact]
    public void Creates_no_weights_after_disposal()
    {
        var model = new Linear<float>(3, 4, new RandomStream(1, "weights"), context: Context);
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Weight.Value);
        Assert.Throws<ObjectDisposedException>(() => model.Weight.Overwrite(_ => Assert.Fail("There is nothing to write to.")));
        Assert.False(model.Weight.IsInitialized);
    }

    [Fact]
    public void Loading_creates_no_initial_weights()
    {
        using var folder = new TemporaryFolder();
        using CountingInitialization saved = new(), loaded = new();
        saved.Save(folder["model.safetensors"]);
        Assert.Equal((1, 0), (saved.Initializations, loaded.Initializations));
        loaded.Load(folder["model.safetensors"]);
        Assert.Equal(saved.State().Sha256(), loaded.State().Sha256());
        Assert.Equal((1, 0), (saved.Initializations, loaded.Initializations));
    }

    [Fact]
    public void Prints_nested_modules_in_the_style_of_PyTorch()
    {
        using var model = new Sequential<float>(
            new Conv2d<float>(3, 8, 3, new RandomStream(1, "0"), stride: 2, padding: 1, bias: false, context: Context),
            new Sequential<float>(new BatchNorm2d<float>(8, context: Context), new Relu<float>(), new MaxPool2d<float>(2)),
            new Flatten<float>(),
            new Dropout<float>(0.5, new RandomStream(1, "3")),
            new Linear<float>(32, 10, new RandomStream(1, "4"), context: Context));
        string[] lines =
        [
            "Sequential(",
            "  (0): Conv2d(3, 8, kernel 3×3, stride 2, padding 1, no bias)",
            "  (1): Sequential(",
            "    (0): BatchNorm2d(8, epsilon 1E-05, momentum 0.1)",
            "    (1): ReLU()",
            "    (2): MaxPool2d(2×2, stride 2, padding 0)",
            "  )",
            "  (2): Flatten()",
            "  (3): Dropout(0.5)",
            "  (4): Linear(32, 10)",
            ")",
        ];
        Assert.Equal(lines, model.ToString().Split(Environment.NewLine));
    }

    private sealed class CountingInitialization : Module<float>
    {
        public CountingInitialization() => AddParameter("weight", [3], context =>
        {
            Initializations++;
            return Tensor<float>.Ones([3], context);
        }, Context);

        public int Initializations { get; private set; }

        public override Variable<float> Forward(Variable<float> x) => x;
    }

    private sealed class Outer : Module<float>
    {
        public Outer(string name = "extra", long seed = 1)
        {
            Scale = AddParameter("scale", Tensor<float>.Ones([2], Context));
            Mean = AddBuffer("mean", Tensor<float>.Zeros([2], Context));
            Batches = AddInteger("batches");
            AddChild("body", new Sequential<float>(
                new Linear<float>(3, 4, new RandomStream(seed, "0"), context: Context),
                new Relu<float>(),
                new Linear<float>(4, 2, new RandomStream(seed, "2"), bias: false, context: Context),
                new Dropout<float>(0.5, new RandomStream(seed, "3"))));
            if (name != "extra") AddInteger(name);
        }

        public Parameter<float> Scale { get; }

        public Tensor<float> Mean { get; }

        public StateInteger Batches { get; }

        public override Variable<float> Forward(Variable<float> x) => x;
    }

    private sealed class Images : Module<float>
    {
        public Images()
        {
            A = AddParameter("a", Tensor<float>.RandomNormal([2, 3, 4, 5], new RandomStream(1, "a"), context: Context));
            // In ordinal order, uppercase letters come first.
            B = AddParameter("B", Tensor<float>.RandomNormal([7], new RandomStream(1, "b"), context: Context));
            AddInteger("_").Value = 3;
        }

        public Parameter<float> A { get; }

        public Parameter<float> B { get; }

        public override Variable<float> Forward(Variable<float> x) => x;
    }
}
