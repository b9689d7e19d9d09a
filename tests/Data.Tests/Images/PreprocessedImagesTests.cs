using System.Globalization;

namespace DeepSharp.Data.Tests.Images;

public class PreprocessedImagesTests
{
    private static readonly Fixture Recorded = Fixture.Load("images");

    public static TheoryData<string> Cases =>
        [.. Recorded.Names.Select(name => name.Split('/')[0]).Where(name => name != "png").Distinct()];

    // Pillow resizes images in integer arithmetic, so the bytes must be equal.
    [Theory]
    [MemberData(nameof(Cases))]
    public void Images_match_torchvision_byte_for_byte(string name)
    {
        int[] sizes = [.. name.Split('_').Skip(1).Select(size => int.Parse(size, CultureInfo.InvariantCulture))];
        var shape = Recorded.ShapeOf($"{name}/pixels");
        byte[] pixels = Array.ConvertAll(Recorded.Labels($"{name}/pixels"), value => (byte)value);
        var images = new InMemoryDataset(pixels, [0], shape[0], shape[1], shape[2], [""]);
        byte[] found = new byte[3 * sizes[1] * sizes[1]];
        Preprocessing(sizes[1], sizes[1], sizes[0]).ApplyUnlabeled(images).ReadPixels(0, found);
        Assert.Equal(Array.ConvertAll(Recorded.Labels($"{name}/prepared"), value => (byte)value), found);
    }

    [Fact]
    public void Without_a_resize_images_are_scaled_to_cover_the_crop()
    {
        byte[] pixels = [.. Enumerable.Range(0, 4 * 9).Select(i => (byte)(i * 7))];
        var images = new InMemoryDataset(pixels, [0], 1, 4, 9, [""]);
        byte[] found = new byte[8 * 8];
        (Preprocessing(8, 8, null) with { Channels = 1, Mean = [0], Std = [1] }).ApplyUnlabeled(images).ReadPixels(0, found);
        byte[] expected = new byte[8 * 8];
        Resampling.CropCenter(Resampling.Resize(pixels, 1, 4, 9, 8, 18), 1, 8, 18, expected, 8, 8);
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Gray_images_become_color_images()
    {
        var images = new InMemoryDataset((byte[])[1, 2, 3, 4], [0], 1, 2, 2, [""]);
        byte[] found = new byte[12];
        Preprocessing(2, 2, null).ApplyUnlabeled(images).ReadPixels(0, found);
        Assert.Equal([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4], found);
    }

    [Fact]
    public void Refuses_images_that_do_not_match()
    {
        var color = new InMemoryDataset(new byte[12], [0], 3, 2, 2, ["a"]);
        var preprocessing = Preprocessing(2, 2, null);
        Assert.Contains(
            "trained on images of 1 channels; these have 3",
            Refusal(preprocessing with { Channels = 1, Mean = [0], Std = [1] }, color),
            StringComparison.Ordinal);
        Assert.Contains(
            "cannot be resized to 1×1 and cropped to 2×2",
            Refusal(preprocessing with { Resize = 1 }, color),
            StringComparison.Ordinal);
        Assert.Contains(
            "cannot be resized to 100000×100000",
            Refusal(preprocessing with { Resize = 100_000 }, color),
            StringComparison.Ordinal);
        Assert.Contains("cropped to 0×2", Refusal(preprocessing with { Height = 0 }, color), StringComparison.Ordinal);
        Assert.Contains(
            "trained on the classes b; the images have a",
            Refusal(preprocessing with { Classes = ["b"] }, color),
            StringComparison.Ordinal);

        static string Refusal(ImagePreprocessing preprocessing, IImageDataset images) =>
            Assert.Throws<InvalidDataException>(() => preprocessing.Apply(images)).Message;
    }

    private static ImagePreprocessing Preprocessing(int height, int width, int? resize) =>
        new([], [0, 0, 0], [1, 1, 1], 3, height, width, resize);
}
