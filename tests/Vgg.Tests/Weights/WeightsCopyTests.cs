namespace DeepSharp.Vgg.Tests.Weights;

/// <summary>Copying to another format changes only the layout: names, types and bits stay the same.</summary>
public sealed class WeightsCopyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_copied_model_has_the_same_bits_and_description()
    {
        var options = new VggOptions { BatchNorm = true, Classes = 4, Head = new VggHead { PoolSize = 2, Hidden = [5] }, InputSize = 8 };
        using var model = VggModel.Create<float>(VggConfig.Parse("4,LRN,M,6"), options, seed: 3, TestContexts.Default);
        model.Save(folder["one.pth"]);
        using (var one = WeightsFile.Open(folder["one.pth"])) Copy(one, "two.safetensors");
        using (var two = WeightsFile.Open(folder["two.safetensors"])) Copy(two, "three.pth");
        using var back = VggModel.Load<float>(folder["three.pth"], TestContexts.Default);
        Assert.Equal(("4,LRN,M,6", options), (back.Config.ToString(), back.Options));
        Assert.Equal(model.State().Sha256(), back.State().Sha256());
    }

    private void Copy(WeightsFile file, string name)
    {
        var writer = WeightsWriter.For(name);
        writer.AddAll(file);
        writer.Save(folder[name]);
    }
}
