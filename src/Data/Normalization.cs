namespace DeepSharp.Data;

/// <summary>Converts pixels to network inputs: (pixel / 255 − mean) / standard deviation, for each channel.</summary>
public sealed class Normalization
{
    /// <summary>Creates a normalization from its constants.</summary>
    /// <param name="mean">The mean of each channel, of pixels scaled to 0..1.</param>
    /// <param name="deviation">The standard deviation of each channel, of pixels scaled to 0..1.</param>
    /// <exception cref="ArgumentException">
    /// The counts differ or are 0, a mean is not finite, or a standard deviation is not positive and finite.
    /// </exception>
    public Normalization(IReadOnlyList<double> mean, IReadOnlyList<double> deviation)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(deviation);
        if (mean.Count != deviation.Count || mean.Count == 0)
        {
            throw new ArgumentException(
                "Normalization: expected one mean and one standard deviation for every channel, " +
                $"found {mean.Count} means and {deviation.Count} standard deviations.",
                nameof(deviation));
        }

        for (int c = 0; c < mean.Count; c++)
        {
            if (!double.IsFinite(mean[c]))
                throw new ArgumentException($"Normalization: the mean of channel {c} must be finite, found {mean[c]}.", nameof(mean));
            if (!double.IsFinite(deviation[c]) || deviation[c] <= 0)
            {
                throw new ArgumentException(
                    $"Normalization: the standard deviation of channel {c} must be positive and finite, found {deviation[c]}.",
                    nameof(deviation));
            }
        }

        Mean = [.. mean];
        Deviation = [.. deviation];
    }

    /// <summary>The normalization that only scales pixels to 0..1.</summary>
    /// <exception cref="ArgumentException">The number of channels is below 1.</exception>
    public static Normalization None(int channels) => new([.. Enumerable.Repeat(0.0, channels)], [.. Enumerable.Repeat(1.0, channels)]);

    /// <summary>The mean of each channel, of pixels scaled to 0..1.</summary>
    public IReadOnlyList<double> Mean { get; }

    /// <summary>The standard deviation of each channel, of pixels scaled to 0..1.</summary>
    public IReadOnlyList<double> Deviation { get; }

    /// <summary>The number of channels.</summary>
    public int Channels => Mean.Count;

    /// <summary>The network input for a pixel of a channel.</summary>
    public double Apply(int channel, byte pixel) => ((pixel / 255.0) - Mean[channel]) / Deviation[channel];

    /// <summary>The normalization that gives every channel of a data set, unless it is constant, mean 0 and standard deviation 1.</summary>
    public static Normalization Measure(IImageDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        int map = dataset.Height * dataset.Width;
        byte[] pixels = new byte[dataset.Channels * map];
        // A histogram of the 256 byte values is exact for any number of images, unlike a running floating-point sum.
        long[] counts = new long[dataset.Channels * 256];
        for (int i = 0; i < dataset.Count; i++)
        {
            dataset.ReadPixels(i, pixels);
            for (int p = 0; p < pixels.Length; p++) counts[(p / map * 256) + pixels[p]]++;
        }

        double[] mean = new double[dataset.Channels], deviation = new double[dataset.Channels];
        double total = (double)dataset.Count * map;
        for (int c = 0; c < dataset.Channels; c++)
        {
            double sum = 0, squares = 0;
            for (int v = 0; v < 256; v++) sum += counts[(c * 256) + v] * (v / 255.0);
            mean[c] = sum / total;
            for (int v = 0; v < 256; v++) squares += counts[(c * 256) + v] * Math.Pow((v / 255.0) - mean[c], 2);
            // A constant channel carries no information; a standard deviation of 1 maps it to 0.
            deviation[c] = squares > 0 ? Math.Sqrt(squares / total) : 1;
        }

        return new Normalization(mean, deviation);
    }
}
