namespace DeepSharp.Data;

/// <summary>The first images of another data set.</summary>
internal sealed class FirstImages(IImageDataset whole, int count) : IImageDataset
{
    public int Count => count;

    public int Channels => whole.Channels;

    public int Height => whole.Height;

    public int Width => whole.Width;

    public IReadOnlyList<string> ClassNames => whole.ClassNames;

    public Normalization Normalization => whole.Normalization;

    public int Label(int index) => whole.Label(Inside(index));

    public void ReadPixels(int index, Span<byte> pixels) => whole.ReadPixels(Inside(index), pixels);

    public ReadOnlySpan<byte> Pixels(int index, Span<byte> buffer) => whole.Pixels(Inside(index), buffer);

    private int Inside(int index) =>
        (uint)index < (uint)count ? index
        : throw new ArgumentOutOfRangeException(nameof(index), $"Take: image {index} is outside 0..{count - 1}, the {count} images taken.");
}
