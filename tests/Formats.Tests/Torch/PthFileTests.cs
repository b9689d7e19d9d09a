using System.Numerics;

namespace DeepSharp.Formats.Tests.Torch;

/// <summary>Compares files of torch.save with their values, which are stored in other files. See tests/Fixtures/make_weights.py.</summary>
public sealed class PthFileTests
{
    [Theory]
    [InlineData("types.pth")]
    [InlineData("types-legacy.pth")]
    [InlineData("types-4.pth")]
    public void Reads_every_type_and_every_layout(string name)
    {
        var expected = Fixture.Load("weights/types");
        using var file = WeightsFile.Open(PathOf(name));
        Assert.IsType<PthFile>(file);
        Assert.Equal(expected.Names.Order(StringComparer.Ordinal), file.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(1234567890123, file.ReadInteger("count"));
        foreach (string tensor in expected.Names.Where(tensor => tensor != "count"))
        {
            // The values are such that every type represents them exactly.
            RequireEqual<float>(expected, file, tensor);
            RequireEqual<double>(expected, file, tensor);
        }
    }

    [Theory]
    [InlineData("float32.matrix", "F32", true)]
    [InlineData("float64.images", "F64", true)]
    [InlineData("float16.transposed", "F16", false)]
    [InlineData("bfloat16.last", "BF16", false)]
    [InlineData("row", "F32", true)]
    [InlineData("column", "F32", false)]
    [InlineData("repeated", "F32", false)]
    [InlineData("count", "I64", true)]
    public void Describes_how_a_tensor_is_stored(string tensor, string type, bool isDense)
    {
        foreach (string name in (string[])["types.pth", "types-legacy.pth"])
        {
            using var file = WeightsFile.Open(PathOf(name));
            Assert.Equal(type, file.Tensors[tensor].Type);
            Assert.Equal(isDense, file.Tensors[tensor].Strides is null);
        }
    }

    [Fact]
    public void Finds_the_state_dictionary_in_a_training_checkpoint_and_removes_the_wrapper_names()
    {
        var expected = Fixture.Load("weights/wrapped");
        using var file = WeightsFile.Open(PathOf("wrapped.pth"));
        Assert.Equal(expected.Names.Order(StringComparer.Ordinal), file.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("features.0.weight", file.Tensors.Keys);
        foreach (string tensor in expected.Names.Where(tensor => !tensor.EndsWith("num_batches_tracked", StringComparison.Ordinal)))
            RequireEqual<float>(expected, file, tensor);
    }

    [Fact]
    public void Finds_the_state_dictionary_under_the_name_model()
    {
        // The pickle also contains another dictionary with tensors, and a tensor.
        using TemporaryFolder folder = new();
        byte[] pickle =
        [
            .. PickleBytes.Bytes("}(X\u0005\0\0\0model"), .. PickleBytes.OneTensor,
            .. PickleBytes.Bytes("X\u0005\0\0\0other}(X\u0001\0\0\0v"),
            .. PickleBytes.OneTensor[8..^1], .. PickleBytes.Bytes("uX\u0004\0\0\0loss"), .. PickleBytes.OneTensor[8..^1], (byte)'u',
        ];
        PickleBytes.WriteZip(folder["a.pth"], PickleBytes.Pickle(pickle));
        using var file = WeightsFile.Open(folder["a.pth"]);
        Assert.Equal(["w"], file.Tensors.Keys);
    }

    [Fact]
    public void Reads_files_in_the_format_of_2017()
    {
        using var file = WeightsFile.Open(PathOf("python2.pth"));
        Assert.Equal(["features.0.weight", "features.0.bias", "features.1.part"], file.Tensors.Keys);
        Assert.Equal([0, 0.5f, 1, 1.5f, 2, 2.5f], Read("features.0.weight"));
        Assert.Equal([8, 7], Read("features.0.bias"));
        Assert.Equal([3, 4], Read("features.1.part"));

        float[] Read(string tensor)
        {
            using var read = file.Read<float>(tensor, TestContexts.Default);
            return read.ToArray();
        }
    }

    [Fact]
    public void Refuses_a_whole_module_by_the_name_of_its_class()
    {
        var error = Assert.Throws<InvalidDataException>(() => WeightsFile.Open(PathOf("module.pth")));
        Assert.StartsWith(PathOf("module.pth"), error.Message, StringComparison.Ordinal);
        Assert.Contains("torch.nn.modules.linear.Linear", error.Message, StringComparison.Ordinal);
        Assert.Contains("state_dict()", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_from_several_threads_at_once()
    {
        var expected = Fixture.Load("weights/types");
        using var file = WeightsFile.Open(PathOf("types.pth"));
        Parallel.ForEach(
            Enumerable.Repeat(expected.Names.Where(tensor => tensor != "count"), 20).SelectMany(names => names),
            tensor => RequireEqual<float>(expected, file, tensor));
    }

    internal static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", "weights", name);

    private static void RequireEqual<T>(Fixture expected, WeightsFile file, string name)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var tensor = file.Read<T>(name, TestContexts.Default);
        Assert.Equal(expected.ShapeOf(name), tensor.Shape);
        Assert.Equal(expected.Values(name), Array.ConvertAll(tensor.ToArray(), double.CreateChecked));
    }
}
