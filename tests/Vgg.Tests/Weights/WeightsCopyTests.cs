using DeepSharp.Tensors;

namespace DeepSharp.Vgg.Tests.Weights;

/// <summary>From one format to the other nothing but the arrangement changes: names, types and bits stay.</summary>
public sealed class WeightsCopyTests : IDisposable
{
    private readonly Data.TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("types.pth")]
    [InlineData("types-legacy.pth")]
    [InlineData("types.safetensors")]
    public void Types_and_values_stay(string name)
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
                Assert.Equal((stored.Type, string.Join(',', stored.Shape), true), (copy.Tensors[key].Type, string.Join(',', copy.Tensors[key].Shape), copy.Tensors[key].Strides is null));
                if (stored.Type == "I64") Assert.Equal(original.ReadInteger(key), copy.ReadInteger(key));
                else Assert.Equal(Values(original, key), Values(copy, key));
            }
        }
    }

    [Fact]
    public void Types_that_PyTorch_lacks_are_refused_by_name()
    {
        File.WriteAllBytes(folder["one.safetensors"], [56, 0, 0, 0, 0, 0, 0, 0, .. """{"x":{"dtype":"U32","shape":[1],"data_offsets":[0,4]}}  """u8, 1, 2, 3, 4]);
        using var file = WeightsFile.Open(folder["one.safetensors"]);
        Assert.Equal("PyTorch's files have no elements of type U32.", Assert.Throws<InvalidDataException>(() => Copy(file, "two.pth")).Message);
        Assert.False(File.Exists(folder["two.pth"]));
    }

    [Fact]
    public void A_model_comes_back_with_the_same_bits_and_its_description()
    {
        var options = new VggOptions { BatchNorm = true, Classes = 4, Head = new VggHead { PoolSize = 2, Hidden = [5] }, InputSize = 8 };
        using var model = VggModel.Create<float>(VggConfig.Parse("4,LRN,M,6"), options, seed: 3, TestContexts.Default);
        model.Save(folder["one.pth"]);
        using (var one = WeightsFile.Open(folder["one.pth"])) Copy(one, "two.safetensors");
        using (var two = WeightsFile.Open(folder["two.safetensors"])) Copy(two, "three.pth");
        using var back = VggModel.Load<float>(folder["three.pth"], TestContexts.Default);
        Assert.Equal(("4,LRN,M,6", options), (back.Plan.Config.ToString(), back.Plan.Options));
        Assert.Equal(WeightsHash.Compute(model), WeightsHash.Compute(back));
    }

    [Fact]
    public void The_preparation_of_images_travels_along()
    {
        var writer = new SafeTensorsWriter();
        writer.Add("any", 1);
        ImageDescription.ImageNet.Write(writer.Metadata);
        writer.Save(folder["one.safetensors"]);
        using (var one = WeightsFile.Open(folder["one.safetensors"])) Copy(one, "two.pth");
        using var two = WeightsFile.Open(folder["two.pth"]);
        var found = ImageDescription.Read(two)!;
        Assert.Equal((224, 224, 256, 3, 0), (found.Height, found.Width, found.Resize, found.Channels, found.Classes.Count));
        Assert.Equal(ImageDescription.ImageNet.Mean, found.Mean);
        Assert.Equal(ImageDescription.ImageNet.Std, found.Std);
    }

    [Theory]
    [InlineData("""{"classes":[],"mean":[0,0],"std":[1,1],"channels":3,"height":2,"width":2}""", "2 means for 3 channels")]
    [InlineData("""{"classes":[],"mean":[0,0,0],"std":[1,1],"channels":3,"height":2,"width":2}""", "3 means and 2 deviations")]
    [InlineData("""{"classes":[],"mean":[0],"std":[0],"channels":1,"height":2,"width":2}""", "must be positive")]
    [InlineData("""{"classes":[],"mean":[0],"std":[1e999],"channels":1,"height":2,"width":2}""", "damaged")]
    [InlineData("""{"classes":[],"mean":[0],"std":[1],"channels":1,"height":0,"width":2}""", "must be at least 1")]
    [InlineData("""{"classes":[],"mean":[0],"std":[1],"channels":1,"height":2,"width":2,"resize":-1}""", "resized to -1")]
    [InlineData("{}", "damaged")]
    public void A_damaged_preparation_of_images_is_refused(string description, string reason)
    {
        var writer = new SafeTensorsWriter { Metadata = { ["images"] = description } };
        writer.Save(folder["one.safetensors"]);
        using var file = WeightsFile.Open(folder["one.safetensors"]);
        var error = Assert.Throws<InvalidDataException>(() => ImageDescription.Read(file));
        Assert.StartsWith($"{file.Path}: the metadata \"images\" is damaged: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_with_the_name_of_the_metadata_is_refused()
    {
        var writer = new SafeTensorsWriter();
        writer.Add("__metadata__", 1);
        Assert.Contains("\"__metadata__\"", Assert.Throws<InvalidDataException>(() => writer.Save(folder["a.safetensors"])).Message, StringComparison.Ordinal);
        Assert.Empty(folder.Files);
    }

    [Fact]
    public void More_tensors_than_a_small_archive_has_files_are_refused()
    {
        var writer = new PthWriter();
        for (int i = 0; i <= 65_530; i++) writer.Add($"{i}", i);
        Assert.Contains("more than 65530 tensors", Assert.Throws<IOException>(() => writer.Save(folder["a.pth"])).Message, StringComparison.Ordinal);
        Assert.Empty(folder.Files);
    }

    [Fact]
    public void Torchvision_s_own_files_are_known_by_their_names()
    {
        Assert.Same(ImageDescription.ImageNet, Description("vgg16-397923af.pth"));
        Assert.Null(Description("vgg16.pth"));

        ImageDescription? Description(string name)
        {
            var writer = new PthWriter();
            writer.Add("any", 1);
            writer.Save(folder[name]);
            using var file = WeightsFile.Open(folder[name]);
            return ImageDescription.Read(file);
        }
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
