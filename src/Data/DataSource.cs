using DeepSharp.Tensors;

namespace DeepSharp.Data;

/// <summary>
/// A named data set, its folder, and how many of its images are used. The command line specifies it, and checkpoints store it.
/// </summary>
public sealed record DataSource
{
    /// <summary>The default folder of CIFAR-10, relative to the current directory.</summary>
    public const string DefaultCifar10Folder = "data/cifar-10-batches-bin";

    /// <summary>The number of channels of the images, the same in all named data sets.</summary>
    public const int Channels = 3;

    /// <summary>The height and width of the images, the same in all named data sets.</summary>
    public const int Size = 32;

    /// <summary>The number of classes, the same in all named data sets.</summary>
    public const int Classes = 10;

    /// <summary>The names of the data sets.</summary>
    public static IReadOnlyList<string> Names { get; } = ["shapes", "cifar10"];

    /// <summary>The name of the data set, one of <see cref="Names"/>.</summary>
    public string Name { get; init; } = "shapes";

    /// <summary>The folder with the files of <c>cifar10</c>; null for the default folder. <c>shapes</c> has no files.</summary>
    public string? Folder { get; init; }

    /// <summary>The number of training images to use, from the first; null for all.</summary>
    public int? LimitTrain { get; init; }

    /// <summary>The number of test images to use, from the first; null for all.</summary>
    public int? LimitTest { get; init; }

    /// <summary>Reads or generates the images.</summary>
    /// <param name="context">The context whose workers generate the images; null for <see cref="ComputeContext.Default"/>.</param>
    /// <exception cref="ArgumentException">There is no such data set, or a limit is not between 1 and the number of its images.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public ImageData Load(ComputeContext? context = null)
    {
        var data = Name switch
        {
            "shapes" => ShapesDataset.Generate(
                trainCount: ImageCount(LimitTrain, ShapesDataset.DefaultTrainCount),
                testCount: ImageCount(LimitTest, ShapesDataset.DefaultTestCount),
                context: context),
            "cifar10" => Cifar10.Load(Folder ?? DefaultCifar10Folder),
            _ => throw new ArgumentException($"There is no data set \"{Name}\"; expected {string.Join(" or ", Names)}."),
        };
        return new ImageData(data.Train.Take(LimitTrain ?? data.Train.Count), data.Test.Take(LimitTest ?? data.Test.Count));
    }

    // Only the images that are used are generated. A limit out of range is clamped here and rejected by Take, as for every data set.
    private static int ImageCount(int? limit, int count) => Math.Clamp(limit ?? count, 1, count);
}
