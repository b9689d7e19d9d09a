namespace DeepSharp.Data;

/// <summary>A data set in two parts: images for training and images for testing.</summary>
public sealed class ImageData
{
    /// <summary>Combines two parts with the same number of channels, image size and classes.</summary>
    /// <exception cref="ArgumentException">The parts differ in number of channels, image size or classes.</exception>
    public ImageData(IImageDataset train, IImageDataset test)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        if ((train.Channels, train.Height, train.Width) != (test.Channels, test.Height, test.Width))
        {
            throw new ArgumentException(
                $"ImageData: training images are {train.Channels}×{train.Height}×{train.Width}, " +
                $"test images {test.Channels}×{test.Height}×{test.Width}; expected equal sizes.",
                nameof(test));
        }

        if (!train.ClassNames.SequenceEqual(test.ClassNames))
        {
            throw new ArgumentException(
                $"ImageData: the training classes ({string.Join(", ", train.ClassNames)}) " +
                $"differ from the test classes ({string.Join(", ", test.ClassNames)}).",
                nameof(test));
        }

        Train = train;
        Test = test;
    }

    /// <summary>The training images.</summary>
    public IImageDataset Train { get; }

    /// <summary>The test images. A trainer only evaluates on them: it selects no model or setting by the results.</summary>
    public IImageDataset Test { get; }

    /// <summary>The name of each class.</summary>
    public IReadOnlyList<string> ClassNames => Train.ClassNames;
}
