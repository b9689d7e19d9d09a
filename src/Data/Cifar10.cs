namespace DeepSharp.Data;

/// <summary>CIFAR-10: 50,000 training and 10,000 test images of 32×32 pixels in ten classes, in the binary version.</summary>
/// <remarks>
/// A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009. Each of the six files holds 10,000 records of one label
/// byte and 3,072 pixel bytes: 1,024 red, 1,024 green, 1,024 blue, each row by row.
/// </remarks>
public static partial class Cifar10
{
    internal const int Channels = 3, Size = 32, RecordBytes = 1 + ImageBytes;

    private const int ImageBytes = Channels * Size * Size, RecordsPerFile = 10_000;

    private static readonly string[] TrainFiles = [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")];

    private static readonly string[] TestFiles = ["test_batch.bin"];

    /// <summary>The names of the classes, in the order of the labels.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>The normalization by the mean and standard deviation of each channel of the training images.</summary>
    public static Normalization Normalization { get; } = new([0.49140, 0.48216, 0.44653], [0.24703, 0.24349, 0.26159]);

    /// <summary>Reads the data set from the folder that holds its six files.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file has the wrong size, or a label above 9.</exception>
    public static ImageData Load(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"CIFAR-10: the folder {folder} does not exist; {HowToGet}.");
        return new ImageData(Load(folder, TrainFiles), Load(folder, TestFiles));
    }

    private static InMemoryDataset Load(string folder, string[] files)
    {
        byte[] pixels = new byte[files.Length * RecordsPerFile * ImageBytes];
        int[] labels = new int[files.Length * RecordsPerFile];
        for (int i = 0; i < files.Length; i++)
        {
            int first = i * RecordsPerFile;
            ReadRecords(
                Path.Combine(folder, files[i]),
                labels.AsSpan(first, RecordsPerFile),
                pixels.AsSpan(first * ImageBytes, RecordsPerFile * ImageBytes));
        }

        return new InMemoryDataset(pixels, labels, Channels, Size, Size, ClassNames, Normalization);
    }

    /// <summary>The pixels of whole records, without their labels.</summary>
    internal static byte[] PixelsOf(ReadOnlySpan<byte> records)
    {
        byte[] pixels = new byte[records.Length / RecordBytes * ImageBytes];
        for (int i = 0; i < records.Length / RecordBytes; i++)
            records.Slice((i * RecordBytes) + 1, ImageBytes).CopyTo(pixels.AsSpan(i * ImageBytes));
        return pixels;
    }

    /// <summary>Reads the labels and pixels of a file, which must have exactly <c>labels.Length</c> records.</summary>
    internal static void ReadRecords(string path, Span<int> labels, Span<byte> pixels)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"CIFAR-10: the file {path} is missing; {HowToGet}.");
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 18);
        long expected = (long)labels.Length * RecordBytes;
        if (file.Length != expected)
        {
            throw new InvalidDataException(
                $"CIFAR-10: {path} must have {expected} bytes ({labels.Length} records of {RecordBytes}), " +
                $"found {file.Length}; {HowToGet}.");
        }

        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = file.ReadByte();
            if (labels[i] >= ClassNames.Count)
                throw new InvalidDataException($"CIFAR-10: record {i} of {path} has label {labels[i]}, expected 0 to 9.");
            file.ReadExactly(pixels.Slice(i * ImageBytes, ImageBytes));
        }
    }
}
