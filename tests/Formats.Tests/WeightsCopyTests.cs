namespace DeepSharp.Formats.Tests;

/// <summary>Copying to another format changes only the layout: names, types and bits stay the same.</summary>
public sealed class WeightsCopyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("types.pth")]
    [InlineData("types-legacy.pth")]
    [InlineData("types.safetensors")]
    public void A_copy_has_the_same_types_and_values(string name)
    {
        using var original = WeightsFile.Open(Path.Combine(AppContext.BaseDirectory, "Fixtures", "weights", name));
        Copy(original, "one.safetensors");
        using var safetensors = WeightsFile.Open(folder["one.safetensors"]);
        Copy(safetensors, "two.pth");
        using var pth = WeightsFile.Open(folder["two.pth"]);
        foreach (var copy in (WeightsFile[])[safetensors, pth])
        {
            Assert.Equal(original.Tensors.Keys.Order(StringComparer.Ordinal), copy.Tensors.Keys.Order(StringComparer.Ordinal));
            foreach (var (key, stored) in original.Tensors)
            {
                var copied = copy.Tensors[key];
                Assert.Equal(
                    (stored.Type, string.Join(',', stored.Shape), true),
                    (copied.Type, string.Join(',', copied.Shape), copied.Strides is null));
                if (stored.Type == "I64") Assert.Equal(original.ReadInteger(key), copy.ReadInteger(key));
                else Assert.Equal(Values(original, key), Values(copy, key));
            }
        }
    }

    [Fact]
    public void Types_that_PyTorch_lacks_are_refused_by_name()
    {
        File.WriteAllBytes(
            folder["one.safetensors"],
            [56, 0, 0, 0, 0, 0, 0, 0, .. """{"x":{"dtype":"U32","shape":[1],"data_offsets":[0,4]}}  """u8, 1, 2, 3, 4]);
        using var file = WeightsFile.Open(folder["one.safetensors"]);
        Assert.Equal(
            "PyTorch has no storage class for elements of type U32; use safetensors.",
            Assert.Throws<InvalidDataException>(() => Copy(file, "two.pth")).Message);
        Assert.False(File.Exists(folder["two.pth"]));
    }

    [Fact]
    public void A_tensor_with_the_name_of_the_metadata_is_refused()
    {
        var writer = new SafeTensorsWriter();
        writer.Add("__metadata__", 1);
        var error = Assert.Throws<InvalidDataException>(() => writer.Save(folder["a.safetensors"]));
        Assert.Contains("\"__metadata__\"", error.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Files);
    }

    [Fact]
    public void More_tensors_than_fit_in_a_pth_archive_are_refused()
    {
        var writer = new PthWriter();
        for (int i = 0; i <= 65_530; i++) writer.Add($"{i}", i);
        var error = Assert.Throws<IOException>(() => writer.Save(folder["a.pth"]));
        Assert.Contains("more than 65530 tensors", error.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Files);
    }

    private static double[] Values(WeightsFile file, string key)
    {
        using var tensor = file.Read<double>(key, TestContexts.Default);
        return tensor.ToArray();
    }

    private void Copy(WeightsFile file, string name)
    {
        var writer = WeightsWriter.For(name);
        writer.AddAll(file);
        writer.Save(folder[name]);
    }
}
