using DeepSharp.Tensors;

namespace DeepSharp.Data.Tests;

/// <summary>Data sets for the tests of <see cref="BatchLoader{T}"/>, and their pixels by definition.</summary>
internal static class BatchLoaderImages
{
    // Random pixels, never 0, which is the padding. Every image has its own class, so that the label identifies the image.
    public static InMemoryDataset RandomImages(int count, int channels, int height, int width)
    {
        var stream = new RandomStream(1, "images");
        byte[] pixels = [.. Enumerable.Range(0, count * channels * height * width).Select(i => (byte)(1 + stream.Below(255, i)))];
        int[] labels = [.. Enumerable.Range(0, count)];
        var normalization = new Normalization(
            [.. Enumerable.Range(1, channels).Select(c => 0.1 * c)], [.. Enumerable.Range(1, channels).Select(c => 0.3 * c)]);
        return new InMemoryDataset(pixels, labels, channels, height, width, [.. labels.Select(i => $"class {i}")], normalization);
    }

    // Computes a normalized crop by its definition, pixel by pixel in logical order.
    public static double[] Expected(InMemoryDataset data, int index, int top, int left, int height, int width, bool mirror)
    {
        byte[] pixels = new byte[data.Channels * data.Height * data.Width];
        data.ReadPixels(index, pixels);
        return [.. from c in Enumerable.Range(0, data.Channels) from y in Enumerable.Range(0, height) from x in Enumerable.Range(0, width)
                   let row = top + y let column = left + (mirror ? width - 1 - x : x)
                   let inside = row >= 0 && row < data.Height && column >= 0 && column < data.Width
                   let pixel = inside ? pixels[(((c * data.Height) + row) * data.Width) + column] : 0
                   select ((pixel / 255.0) - data.Normalization.Mean[c]) / data.Normalization.Deviation[c]];
    }

    public static double[] ImageOf(ImageBatch<double> batch, int n)
    {
        int size = batch.Images.ElementCount / batch.Count;
        return batch.Images.ToArray()[(n * size)..((n + 1) * size)];
    }

    public static List<string> Copies(BatchLoader<float> batches, int pause = 0)
    {
        var copies = new List<string>();
        foreach (var batch in batches)
        {
            Thread.Sleep(pause);
            copies.Add($"{batch.Index}: {string.Join(' ', batch.Labels.ToArray())}: {string.Join(' ', batch.Images.ToArray())}");
        }

        return copies;
    }

    /// <summary>A data set that calls a test for each image that is read, and whose labels a test can replace.</summary>
    public class Watched(IImageDataset inner) : IImageDataset
    {
        public Action<int> OnRead { get; init; } = _ => { };

        public Func<int, int> Relabel { get; init; } = inner.Label;

        public int Count => inner.Count;

        public int Channels => inner.Channels;

        public int Height => inner.Height;

        public int Width => inner.Width;

        public IReadOnlyList<string> ClassNames => inner.ClassNames;

        public Normalization Normalization => inner.Normalization;

        public int Label(int index) => Relabel(index);

        public virtual void ReadPixels(int index, Span<byte> pixels)
        {
            OnRead(index);
            inner.ReadPixels(index, pixels);
        }
    }

    /// <summary>A data set whose pixels can be read in place but not copied.</summary>
    public sealed class InPlace(IImageDataset inner) : Watched(inner), IImageDataset
    {
        private readonly IImageDataset inner = inner;

        public override void ReadPixels(int index, Span<byte> pixels) =>
            throw new InvalidOperationException("Pixels in memory need no copy.");

        public ReadOnlySpan<byte> Pixels(int index, Span<byte> buffer) => inner.Pixels(index, buffer);
    }
}
