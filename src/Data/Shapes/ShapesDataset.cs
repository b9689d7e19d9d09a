using DeepSharp.Tensors;

namespace DeepSharp.Data;

/// <summary>A synthetic data set that needs no download: ten kinds of figures on cluttered, noisy 32×32 color images.</summary>
/// <remarks>
/// Position, size, rotation and colors are random, so single pixels and mean colors say little about the class: a linear classifier is
/// correct on about 18 % of the test images (chance is 10 %), a small VGG on more than 95 %. Image i of a seed depends neither on the
/// number of images nor on the number of threads.
/// </remarks>
public static class ShapesDataset
{
    /// <summary>The default number of training images.</summary>
    public const int DefaultTrainCount = 10_000;

    /// <summary>The default number of test images.</summary>
    public const int DefaultTestCount = 2_000;

    /// <summary>Generates both parts, each from its own random stream. Classes alternate: image i has label i mod 10.</summary>
    /// <param name="seed">The seed of all images.</param>
    /// <param name="trainCount">The number of training images.</param>
    /// <param name="testCount">The number of test images.</param>
    /// <param name="context">The context whose workers generate the images; null for <see cref="ComputeContext.Default"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is below 1, or its images do not fit into an array.</exception>
    public static ImageData Generate(
        long seed = 0, int trainCount = DefaultTrainCount, int testCount = DefaultTestCount, ComputeContext? context = null) =>
        new(GeneratePart(new RandomStream(seed, "shapes train"), trainCount, nameof(trainCount), context),
            GeneratePart(new RandomStream(seed, "shapes test"), testCount, nameof(testCount), context));

    private static InMemoryDataset GeneratePart(RandomStream stream, int count, string name, ComputeContext? context)
    {
        const int ImageBytes = 3 * ShapePainter.Size * ShapePainter.Size, ImagesPerBlock = 64;
        if (count < 1 || count > Array.MaxLength / ImageBytes)
        {
            throw new ArgumentOutOfRangeException(
                name, $"Shapes: {count} images were requested, expected 1 to {Array.MaxLength / ImageBytes}.");
        }

        byte[] pixels = new byte[count * ImageBytes];
        int[] labels = new int[count];
        (context ?? ComputeContext.Default).Workers.Run((count + ImagesPerBlock - 1) / ImagesPerBlock, block =>
        {
            for (int i = block * ImagesPerBlock; i < Math.Min(count, (block + 1) * ImagesPerBlock); i++)
            {
                labels[i] = i % Figures.Names.Length;
                ShapePainter.Paint(labels[i], stream.At(i, 0), pixels.AsSpan(i * ImageBytes, ImageBytes));
            }
        });
        return new InMemoryDataset(
            pixels, labels, 3, ShapePainter.Size, ShapePainter.Size, Figures.Names, new Normalization([0.5, 0.5, 0.5], [0.25, 0.25, 0.25]));
    }
}
