namespace DeepSharp.Data.Tests;

public class InMemoryDatasetTests
{
    private static readonly string[] Classes = ["cat", "dog"];

    [Fact]
    public void Returns_pixels_and_labels()
    {
        var data = new InMemoryDataset(Bytes(24), [0, 1], channels: 3, height: 2, width: 2, Classes);
        byte[] pixels = new byte[12];
        data.ReadPixels(1, pixels);

        Assert.Equal((2, 3, 2, 2), (data.Count, data.Channels, data.Height, data.Width));
        Assert.Equal(Bytes(24)[12..], pixels);
        Assert.Equal([0, 1], [data.Label(0), data.Label(1)]);
    }

    [Fact]
    public void Measures_the_normalization_of_its_pixels()
    {
        // Half of channel 0 is 0, the other half 255. Channel 1 is always 51 = 0.2 · 255.
        var data = new InMemoryDataset(new byte[] { 0, 255, 51, 51, 255, 0, 51, 51 }, [0, 1], 2, 1, 2, Classes);

        Assert.Equal(0.5, data.Normalization.Mean[0], 12);
        Assert.Equal(0.5, data.Normalization.Deviation[0], 12);
        Assert.Equal(0.2, data.Normalization.Mean[1], 12);
        Assert.Equal(1, data.Normalization.Deviation[1]);
        Assert.Equal(-1, data.Normalization.Apply(0, 0), 12);
    }

    [Fact]
    public void Refuses_arguments_that_do_not_match()
    {
        Fails("InMemoryDataset: 2 images of 3×2×2 have 24 bytes, found 23.", "pixels", () => new(Bytes(23), [0, 1], 3, 2, 2, Classes));
        Fails(
            "InMemoryDataset: label 2 of image 1 is outside 0..1, the 2 classes.", "labels",
            () => new(Bytes(24), [0, 2], 3, 2, 2, Classes));
        Fails(
            "InMemoryDataset: label -1 of image 0 is outside 0..1, the 2 classes.", "labels",
            () => new(Bytes(24), [-1, 0], 3, 2, 2, Classes));
        Fails(
            "InMemoryDataset: images must have at least 1 channel, row and column, found 3×0×2.", "channels",
            () => new(Bytes(24), [0, 1], 3, 0, 2, Classes));
        Fails("InMemoryDataset: expected at least one image, found none.", "labels", () => new(Bytes(0), [], 3, 2, 2, Classes));
        Fails(
            "InMemoryDataset: the images have 3 channels, the normalization has 1.", "normalization",
            () => new(Bytes(24), [0, 1], 3, 2, 2, Classes, new([0], [1])));
    }

    [Fact]
    public void A_normalization_refuses_invalid_values()
    {
        Assert.Equal(
            "Normalization: the standard deviation of channel 1 must be positive and finite, found 0. (Parameter 'deviation')",
            Assert.Throws<ArgumentException>(() => new Normalization([0, 0], [1, 0])).Message);
        Assert.StartsWith(
            "Normalization: expected one mean and one standard deviation for every channel, found 2 means and 1 standard deviations",
            Assert.Throws<ArgumentException>(() => new Normalization([0, 0], [1])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Normalization([double.NaN], [1]));
    }

    [Fact]
    public void Takes_the_first_images()
    {
        var data = new InMemoryDataset(Bytes(24), [0, 1], 3, 2, 2, Classes);

        Assert.Same(data, data.Take(2));
        Assert.Equal(1, data.Take(1).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Take(1).Label(1));
        Assert.StartsWith(
            "Take: 3 images were requested, expected 1 to 2, the size of the data set.",
            Assert.Throws<ArgumentOutOfRangeException>(() => data.Take(3)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Take(0));
    }

    [Fact]
    public void Training_and_test_images_must_match()
    {
        var data = new InMemoryDataset(Bytes(24), [0, 1], 3, 2, 2, Classes);

        Assert.Contains(
            "training images are 3×2×2, test images 3×4×1",
            Message(new InMemoryDataset(Bytes(24), [0, 1], 3, 4, 1, Classes)),
            StringComparison.Ordinal);
        Assert.Contains(
            "(cat, dog) differ from the test classes (cat, cow)",
            Message(new InMemoryDataset(Bytes(24), [0, 1], 3, 2, 2, ["cat", "cow"])),
            StringComparison.Ordinal);

        string Message(IImageDataset test) => Assert.Throws<ArgumentException>(() => new ImageData(data, test)).Message;
    }

    private static void Fails(string message, string parameter, Func<InMemoryDataset> make) =>
        Assert.Equal($"{message} (Parameter '{parameter}')", Assert.Throws<ArgumentException>(make).Message);

    private static byte[] Bytes(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)i)];
}
