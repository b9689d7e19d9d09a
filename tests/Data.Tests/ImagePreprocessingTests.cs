using DeepSharp.Formats;

namespace DeepSharp.Data.Tests;

/// <summary>Tests the image preprocessing that is stored with weights.</summary>
public sealed class ImagePreprocessingTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Image_preprocessing_is_copied_with_the_weights()
    {
        var writer = new SafeTensorsWriter();
        writer.Add("any", 1);
        ImagePreprocessing.ImageNet.Write(writer.Metadata);
        writer.Save(folder["one.safetensors"]);
        using (var one = WeightsFile.Open(folder["one.safetensors"])) Copy(one, "two.pth");
        using var two = WeightsFile.Open(folder["two.pth"]);
        var found = ImagePreprocessing.Read(two)!;
        Assert.Equal((224, 224, 256, 3, 0), (found.Height, found.Width, found.Resize, found.Channels, found.Classes.Count));
        Assert.Equal(ImagePreprocessing.ImageNet.Mean, found.Mean);
        Assert.Equal(ImagePreprocessing.ImageNet.Std, found.Std);
    }

    [Theory]
    [InlineData("""{"classes":[],"mean":[0,0],"std":[1,1],"channels":3,"height":2,"width":2}""", "2 means for 3 channels")]
    [InlineData("""{"classes":[],"mean":[0,0,0],"std":[1,1],"channels":3,"height":2,"width":2}""", "3 means and 2 standard deviations")]
    [InlineData("""{"classes":[],"mean":[0],"std":[0],"channels":1,"height":2,"width":2}""", "must be positive")]
    [InlineData("""{"classes":[],"mean":[0],"std":[1e999],"channels":1,"height":2,"width":2}""", "damaged")]
    [InlineData("""{"classes":[],"mean":[0],"std":[1],"channels":1,"height":0,"width":2}""", "must be at least 1")]
    [InlineData("""{"classes":[],"mean":[0],"std":[1],"channels":1,"height":2,"width":2,"resize":-1}""", "resized to -1")]
    [InlineData("{}", "damaged")]
    public void Damaged_image_preprocessing_is_refused(string description, string reason)
    {
        var writer = new SafeTensorsWriter { Metadata = { ["images"] = description } };
        writer.Save(folder["one.safetensors"]);
        using var file = WeightsFile.Open(folder["one.safetensors"]);
        var error = Assert.Throws<InvalidDataException>(() => ImagePreprocessing.Read(file));
        Assert.StartsWith($"{file.Path}: the metadata \"images\" is damaged: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Applies_the_preprocessing_of_training_to_other_images()
    {
        var images = new DataSource { LimitTrain = 1, LimitTest = 40 }.Load(TestContexts.Default).Test;
        var preprocessing = ImagePreprocessing.Of(images) with { Mean = [0, 0, 0], Std = [1, 1, 1] };
        Assert.Equal(1, preprocessing.Apply(images).Normalization.Apply(0, 255));
        Assert.Equal(images.Count, preprocessing.Apply(images).Count);
        var error = Assert.Throws<InvalidDataException>(() => (preprocessing with { Classes = ["cat", "dog"] }).Apply(images));
        Assert.StartsWith(
            "The model was trained on the classes cat, dog; the images have circle, ", error.Message, StringComparison.Ordinal);
    }

    private void Copy(WeightsFile file, string name)
    {
        var writer = WeightsWriter.For(name);
        writer.AddAll(file);
        writer.Save(folder[name]);
    }
}
