using DeepSharp.Tensors;

namespace DeepSharp.Data;

/// <summary>One of the data sets that have a name, where it lies, and how much of it is used: what a command line says and a checkpoint remembers.</summary>
public sealed record DataSource
{
    /// <summary>Where CIFAR-10 lies unless another folder is named.</summary>
    public const string DefaultCifar10Folder = "data/cifar-10-batches-bin";

    /// <summary>The channels of the images, in all of them.</summary>
    public const int Channels = 3;

    /// <summary>Height and width of the images, in all of them.</summary>
    public const int Size = 32;

    /// <summary>The number of classes, in all of them.</summary>
    public const int Classes = 10;

    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["shapes", "cifar10"];

    /// <summary>The name of the data set, one of <see cref="Names"/>.</summary>
    public string Name { get; init; } = "shapes";

    /// <summary>The folder with its files; null for the usual one. <c>shapes</c> has none.</summary>
    public string? Folder { get; init; }

    /// <summary>How many of the training images are used, from the first; null for all.</summary>
    public int? LimitTrain { get; init; }

    /// <summary>How many of the test images are used, from the first; null for all.</summary>
    public int? LimitTest { get; init; }

    /// <summary>Reads or draws the images.</summary>
    /// <param name="context">Whose workers draw; null for <see cref="ComputeContext.Default"/>.</param>
    /// <exception cref="ArgumentException">There is no such data set, or a limit is not between 1 and the number of its images.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public ImageData Load(ComputeContext? context = null)
    {
        var data = Name switch
        {
            "shapes" => ShapesDataset.Generate(
                trainCount: AtMost(LimitTrain, ShapesDataset.DefaultTrainCount), testCount: AtMost(LimitTest, ShapesDataset.DefaultTestCount), context: context),
            "cifar10" => Cifar10.Load(Folder ?? DefaultCifar10Folder),
            _ => throw new ArgumentException($"There is no data set \"{Name}\"; expected {string.Join(" or ", Names)}."),
        };
        return new ImageData(data.Train.Take(LimitTrain ?? data.Train.Count), data.Test.Take(LimitTest ?? data.Test.Count));
    }

    // No more is drawn than is used; what is out of range fails in Take, as it does for every data set.
    private static int AtMost(int? limit, int count) => Math.Clamp(limit ?? count, 1, count);
}
