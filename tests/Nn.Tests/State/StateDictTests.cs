using System.Security.Cryptography;

namespace DeepSharp.Nn.Tests.State;

public sealed class StateDictTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static ComputeContext Context => TestContexts.Default;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_state_of_a_module_has_the_order_of_PyTorch()
    {
        using var model = New(seed: 1);
        var state = model.State();
        Assert.Equal(
            ["0.weight", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked", "3.weight", "3.bias"],
            state.Names);
        Assert.Equal(8, state.Count);
        Assert.Equal(state.Names, state.Select(entry => entry.Key));
        Assert.Equal(
            ["F64 [3, 2, 1, 1]", "I64 []", "F64 [2, 3]"],
            new[] { "0.weight", "1.num_batches_tracked", "3.weight" }.Select(name => state[name].ToString()));
        Assert.StartsWith(
            $"0.weight F64 [3, 2, 1, 1]{Environment.NewLine}1.weight F64 [3]{Environment.NewLine}",
            state.ToString(),
            StringComparison.Ordinal);
        Assert.False(state.TryGet("2.weight", out _));
        Assert.Throws<KeyNotFoundException>(() => state["2.weight"]);
    }

    [Fact]
    public void Entries_refer_to_the_state_of_the_module()
    {
        using var model = New(seed: 1);
        var state = model.State();
        var norm = (BatchNorm2d<double>)model[1];
        norm.Weight.Value[1] = 5;
        using var copy = Tensor<double>.Zeros([3], Context);
        state["1.weight"].CopyTo(copy);
        Assert.Equal([1, 5, 1], copy.ToArray());
        state["1.num_batches_tracked"].Integer = 7;
        Assert.Equal(7, model.State()["1.num_batches_tracked"].Integer);
        Assert.Contains(
            "expected an integer", Assert.Throws<InvalidDataException>(() => state["1.weight"].Integer).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => state["1.num_batches_tracked"].CopyTo(copy));
        using var narrow = Tensor<float>.Zeros([3], Context);
        state["1.weight"].CopyTo(narrow);
        Assert.Equal([1, 5, 1], narrow.ToArray());
        Assert.Throws<InvalidDataException>(() => state["0.weight"].CopyTo(copy));
    }

    [Fact]
    public void Sections_remove_prefixes()
    {
        using var model = New(seed: 1);
        var all = new StateDict();
        all.Add("count", new StateInteger { Value = 3 });
        all.AddAll("model.", model.State());
        Assert.Equal(["count", .. model.State().Names.Select(name => "model." + name)], all.Names);
        var section = all.Section("model.");
        Assert.Equal(model.State().Names, section.Names);
        Assert.Same(all["model.3.bias"], section["3.bias"]);
        Assert.Equal(["weight", "bias"], all.Section("model.3.").Names);
        Assert.Empty(all.Section("other."));
        Assert.Throws<ArgumentException>(() => all.AddAll("model.", model.State()));
        Assert.Throws<ArgumentException>(() => all.Add("count", new StateInteger()));
    }

    [Fact]
    public void Compares_names_and_shapes()
    {
        using Sequential<double> model = New(seed: 1), other = New(seed: 2);
        Assert.True(model.State().Compare(other.State()).IsMatch);
        Assert.Equal("", model.State().Compare(other.State()).ToString());
        var comparison = model.State().Compare(Changed(other));
        Assert.False(comparison.IsMatch);
        Assert.Equal(["0.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked", "3.weight"], comparison.Matching);
        Assert.Equal(["1.weight"], comparison.Missing);
        Assert.Equal(["a", "z"], comparison.Unexpected);
        Assert.Equal(["3.bias (expected [2], found [3])"], comparison.WrongShape);
    }

    [Fact]
    public void Loads_all_or_nothing()
    {
        using Sequential<double> model = New(seed: 1), other = New(seed: 2);
        other.State()["1.num_batches_tracked"].Integer = 9;
        string before = model.State().Sha256();
        var error = Assert.Throws<InvalidDataException>(() => model.State().Load(Changed(other)));
        Assert.Equal(
            "the state does not fit: 1 missing: 1.weight; 2 unexpected: a, z; 1 with another shape: 3.bias (expected [2], found [3]).",
            error.Message);
        Assert.Equal(before, model.State().Sha256());
        model.State().Load(other.State());
        Assert.Equal(other.State().Sha256(), model.State().Sha256());
        Assert.NotEqual(before, model.State().Sha256());
    }

    [Fact]
    public void LoadMatching_loads_matching_entries()
    {
        using Sequential<double> model = New(seed: 1), other = New(seed: 2);
        ((BatchNorm2d<double>)other[1]).Weight.Value[0] = 4;
        other.State()["1.num_batches_tracked"].Integer = 9;
        double[] bias = ((Linear<double>)model[3]).Bias!.Value.ToArray();
        var comparison = model.State().LoadMatching(Changed(other));
        Assert.Equal(6, comparison.Matching.Count);
        Assert.Equal(((Conv2d<double>)other[0]).Weight.Value.ToArray(), ((Conv2d<double>)model[0]).Weight.Value.ToArray());
        Assert.Equal(9, model.State()["1.num_batches_tracked"].Integer);
        // 1.weight is missing and 3.bias has another shape, so neither was loaded.
        Assert.Equal([1, 1, 1], ((BatchNorm2d<double>)model[1]).Weight.Value.ToArray());
        Assert.Equal(bias, ((Linear<double>)model[3]).Bias!.Value.ToArray());
        Assert.StartsWith(
            "nothing fits: 8 missing: ",
            Assert.Throws<InvalidDataException>(() => model.State().LoadMatching(new StateDict())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_hash_is_that_of_the_logical_bytes_in_ordinal_order_of_the_names()
    {
        using var images = Tensor<float>.RandomNormal([2, 3, 4, 5], new RandomStream(1, "images"), context: Context);
        var (one, other) = (new StateDict(), new StateDict());
        one.Add("b", images);
        one.Add("A", new StateInteger { Value = 3 });
        other.Add("A", new StateInteger { Value = 3 });
        other.Add("b", images);
        byte[] bytes = [.. BitConverter.GetBytes(3L), .. images.ToArray().SelectMany(BitConverter.GetBytes)];
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), one.Sha256());
        Assert.Equal(one.Sha256(), other.Sha256());
        images[1, 2, 3, 4] += 1;
        Assert.NotEqual(Convert.ToHexStringLower(SHA256.HashData(bytes)), one.Sha256());
    }

    [Fact]
    public void The_state_of_a_file_can_be_loaded_but_not_changed()
    {
        using Sequential<double> model = New(seed: 1), other = New(seed: 2);
        model.State()["1.num_batches_tracked"].Integer = 5;
        var writer = new SafeTensorsWriter();
        model.State().AddTo(writer);
        writer.Save(folder["state"]);
        using var file = WeightsFile.Open(folder["state"]);
        var state = StateDict.Of(file);
        Assert.Equal(model.State().Names.Order(StringComparer.Ordinal), state.Names.Order(StringComparer.Ordinal));
        Assert.Equal(5, state["1.num_batches_tracked"].Integer);
        Assert.Throws<InvalidOperationException>(() => state["1.num_batches_tracked"].Integer = 6);
        other.State().Load(state);
        Assert.Equal(model.State().Sha256(), other.State().Sha256());
        Assert.Throws<InvalidOperationException>(() => state.Load(model.State()));
    }

    // The state without 1.weight, with another shape of 3.bias, and with two additional entries.
    private static StateDict Changed(Module<double> model)
    {
        var state = new StateDict();
        foreach (string name in model.State().Names.Where(name => name is not ("1.weight" or "3.bias")))
        {
            var section = new StateDict();
            section.AddAll("", model.State().Section(name));
            state.AddAll(name, section);
        }

        state.Add("3.bias", Tensor<double>.Zeros([3], Context));
        state.Add("z", new StateInteger());
        state.Add("a", new StateInteger());
        return state;
    }

    private static Sequential<double> New(long seed) => new(
        new Conv2d<double>(2, 3, 1, new RandomStream(seed, "0"), bias: false, context: Context),
        new BatchNorm2d<double>(3, context: Context),
        new Flatten<double>(),
        new Linear<double>(3, 2, new RandomStream(seed, "3"), context: Context));
}
