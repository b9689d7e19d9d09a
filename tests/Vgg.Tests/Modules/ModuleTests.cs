using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg.Tests.Modules;

public class ModuleTests
{
    private static ComputeContext Context => TestContexts.Default;

    [Fact]
    public void Names_parameters_buffers_and_counters_by_their_path()
    {
        using var model = new Outer();
        Assert.Equal(["scale", "body.0.weight", "body.0.bias", "body.2.weight"], model.NamedParameters().Select(named => named.Name));
        Assert.Equal(["mean"], model.NamedBuffers().Select(named => named.Name));
        Assert.Equal(["batches"], model.NamedCounters().Select(named => named.Name));
        Assert.Equal(["body.3.position"], model.NamedPositions().Select(named => named.Name));
        Assert.Equal(["", "body", "body.0", "body.1", "body.2", "body.3"], model.NamedModules().Select(named => named.Name));
        Assert.Equal(4, model.Parameters().Count);
    }

    [Theory]
    [InlineData("a.b", "dot")]
    [InlineData("scale", "taken")]
    [InlineData("mean", "taken")]
    public void Refuses_names_that_would_not_be_keys(string name, string reason) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => new Outer(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void Saves_and_loads_bit_for_bit()
    {
        using var folder = new TemporaryFolder();
        using Outer saved = new(seed: 1), loaded = new(seed: 2);
        saved.Batches.Value = 77;
        Assert.NotEqual(WeightsHash.Compute(saved), WeightsHash.Compute(loaded));
        saved.Save(folder["model.safetensors"]);
        loaded.Load(folder["model.safetensors"]);
        Assert.Equal(77, loaded.Batches.Value);
        Assert.Equal(WeightsHash.Compute(saved), WeightsHash.Compute(loaded));
    }

    [Fact]
    public void Lists_all_differences_when_a_file_does_not_fit_and_stays_unchanged()
    {
        using var folder = new TemporaryFolder();
        using Outer model = new(seed: 1), other = new(seed: 2);
        var writer = new SafeTensorsWriter();
        foreach (var (name, parameter) in other.NamedParameters().Where(named => named.Name != "body.0.weight")) writer.Add(name, parameter.Value);
        using var mean = Tensor<float>.Zeros([3], Context);
        writer.Add("mean", mean);
        writer.Add("batches", 1);
        writer.Add("surplus", 1);
        writer.Add("training.of_a_checkpoint", 1);
        writer.Save(folder["model.safetensors"]);

        string before = WeightsHash.Compute(model);
        var error = Assert.Throws<InvalidDataException>(() => model.Load(folder["model.safetensors"]));
        Assert.EndsWith(
            "1 missing: body.0.weight; 1 unexpected: surplus; 1 of another shape: mean (expected [2], found [3]).", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, WeightsHash.Compute(model));
    }

    [Fact]
    public void The_weights_hash_sees_every_kind_of_state()
    {
        using var model = new Outer();
        HashSet<string> hashes = [WeightsHash.Compute(model)];
        model.Scale.Value[0] = 5;
        Assert.True(hashes.Add(WeightsHash.Compute(model)));
        model.Mean[1] = 5;
        Assert.True(hashes.Add(WeightsHash.Compute(model)));
        model.Batches.Value++;
        Assert.True(hashes.Add(WeightsHash.Compute(model)));
    }

    [Fact]
    public void The_weights_hash_is_that_of_the_logical_bytes_in_key_order()
    {
        using var model = new Images();
        byte[] bytes =
        [
            .. model.B.Value.ToArray().SelectMany(BitConverter.GetBytes), .. BitConverter.GetBytes(3L), .. model.A.Value.ToArray().SelectMany(BitConverter.GetBytes),
        ];
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), WeightsHash.Compute(model));
    }

    [Fact]
    public void Gives_its_memory_back()
    {
        var model = new Outer();
        model.Dispose();
        Assert.True(model.Scale.Value.IsDisposed);
        Assert.True(model.Mean.IsDisposed);
        Assert.All(model.Parameters(), parameter => Assert.True(parameter.Value.IsDisposed));
    }

    private sealed class Outer : Module<float>
    {
        public Outer(string name = "extra", long seed = 1)
        {
            Scale = AddParameter("scale", Tensor<float>.Ones([2], Context));
            Mean = AddBuffer("mean", Tensor<float>.Zeros([2], Context));
            Batches = AddCounter("batches");
            AddChild("body", new Sequential<float>(
                new Linear<float>(3, 4, new RandomStream(seed, "0"), context: Context),
                new Relu<float>(),
                new Linear<float>(4, 2, new RandomStream(seed, "2"), bias: false, context: Context),
                new Dropout<float>(0.5, new RandomStream(seed, "3"))));
            if (name != "extra") AddCounter(name);
        }

        public Parameter<float> Scale { get; }

        public Tensor<float> Mean { get; }

        public Counter Batches { get; }

        public override Variable<float> Forward(Variable<float> x) => x;
    }

    private sealed class Images : Module<float>
    {
        public Images()
        {
            A = AddParameter("a", Tensor<float>.RandomNormal([2, 3, 4, 5], new RandomStream(1, "a"), context: Context));
            // Ordinal order has capitals first.
            B = AddParameter("B", Tensor<float>.RandomNormal([7], new RandomStream(1, "b"), context: Context));
            AddCounter("_").Value = 3;
        }

        public Parameter<float> A { get; }

        public Parameter<float> B { get; }

        public override Variable<float> Forward(Variable<float> x) => x;
    }
}
