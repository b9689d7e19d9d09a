using DeepSharp.Tensors;

namespace DeepSharp.Data.Tests;

public class ShapesDatasetTests
{
    [Fact]
    public void A_linear_classifier_has_a_test_accuracy_of_at_most_60_percent()
    {
        var data = ShapesDataset.Generate(seed: 1, context: TestContexts.Default);
        double accuracy = LinearClassifier.TestAccuracy(data, epochs: 5, learningRate: 1e-3f);

        Assert.InRange(accuracy, 0.10, 0.60);
    }

    [Fact]
    public void The_linear_classifier_learns_linearly_separable_classes()
    {
        // The position of a bright row determines the class. All rows have the same noise.
        var linear = new ImageData(BrightRows(2000, "train"), BrightRows(500, "test"));

        Assert.InRange(LinearClassifier.TestAccuracy(linear, epochs: 5, learningRate: 1e-3f), 0.95, 1);
    }

    [Fact]
    public void Has_ten_balanced_classes_and_at_least_2000_test_images()
    {
        var data = ShapesDataset.Generate(context: TestContexts.Default);

        Assert.Equal(10, data.ClassNames.Count);
        Assert.Equal(
            (ShapesDataset.DefaultTrainCount, 3, 32, 32),
            (data.Train.Count, data.Train.Channels, data.Train.Height, data.Train.Width));
        Assert.True(data.Test.Count >= 2000);
        Assert.All(
            Enumerable.Range(0, data.Test.Count).CountBy(data.Test.Label),
            labels => Assert.Equal(data.Test.Count / 10, labels.Value));
    }

    [Fact]
    public void An_image_depends_only_on_the_seed_its_index_and_whether_it_is_for_training()
    {
        using var one = new ComputeContext(new ComputeOptions { Workers = 1 });
        using var five = new ComputeContext(new ComputeOptions { Workers = 5 });
        var few = ShapesDataset.Generate(seed: 3, trainCount: 70, testCount: 70, one);
        var many = ShapesDataset.Generate(seed: 3, trainCount: 700, testCount: 200, five);
        var other = ShapesDataset.Generate(seed: 4, trainCount: 70, testCount: 70, five);

        for (int i = 0; i < 70; i++)
        {
            Assert.Equal(Pixels(few.Train, i), Pixels(many.Train, i));
            Assert.Equal(Pixels(few.Test, i), Pixels(many.Test, i));
            Assert.NotEqual(Pixels(few.Train, i), Pixels(few.Test, i));
            Assert.NotEqual(Pixels(few.Train, i), Pixels(other.Train, i));
        }
    }

    [Fact]
    public void No_image_repeats()
    {
        var data = ShapesDataset.Generate(seed: 5, trainCount: 500, testCount: 500, TestContexts.Default);

        var images = new[] { data.Train, data.Test }
            .SelectMany(part => Enumerable.Range(0, part.Count).Select(i => Convert.ToHexString(Pixels(part, i))));

        Assert.Equal(1000, images.Distinct().Count());
    }

    [Theory]
    [InlineData(0, 10, "Shapes: 0 images were requested, expected 1 to")]
    [InlineData(10, -1, "Shapes: -1 images were requested, expected 1 to")]
    public void An_empty_training_or_test_set_is_refused(int train, int test, string message) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(() => ShapesDataset.Generate(0, train, test)).Message);

    private static byte[] Pixels(IImageDataset data, int index)
    {
        byte[] pixels = new byte[data.Channels * data.Height * data.Width];
        data.ReadPixels(index, pixels);
        return pixels;
    }

    private static InMemoryDataset BrightRows(int count, string name)
    {
        byte[] pixels = new byte[count * 32 * 32];
        var stream = new RandomStream(1, name);
        for (int i = 0; i < pixels.Length; i++)
        {
            int label = i / (32 * 32) % 10, row = i / 32 % 32;
            pixels[i] = (byte)(stream.Below(200, i) + (row == label * 3 ? 55 : 0));
        }

        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % 10)];
        return new InMemoryDataset(pixels, labels, 1, 32, 32, [.. "0123456789".Select(c => $"{c}")]);
    }
}
