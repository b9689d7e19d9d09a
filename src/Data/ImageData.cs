namespace DeepSharp.Data;

/// <summary>A data set in its two parts: what a network learns from and what it is judged by.</summary>
public sealed class ImageData
{
    /// <summary>Both parts, of images and classes that agree.</summary>
    /// <exception cref="ArgumentException">They differ in the size of their images or in their classes.</exception>
    public ImageData(IImageDataset train, IImageDataset test)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        if ((train.Channels, train.Height, train.Width) != (test.Channels, test.Height, test.Width))
        {
            throw new ArgumentException(
                $"ImageData: training images are {train.Channels}×{train.Height}×{train.Width}, test images {test.Channels}×{test.Height}×{test.Width}; expected equal sizes.", nameof(test));
        }

        if (!train.ClassNames.SequenceEqual(test.ClassNames))
        {
            throw new ArgumentException(
                $"ImageData: the training classes ({string.Join(", ", train.ClassNames)}) are not the test classes ({string.Join(", ", test.ClassNames)}).", nameof(test));
        }

        Train = train;
        Test = test;
    }

    /// <summary>The images to learn from.</summary>
    public IImageDataset Train { get; }

    /// <summary>The images to judge by; nothing is ever chosen by them.</summary>
    public IImageDataset Test { get; }

    /// <summary>The name of each class.</summary>
    public IReadOnlyList<string> ClassNames => Train.ClassNames;
}
