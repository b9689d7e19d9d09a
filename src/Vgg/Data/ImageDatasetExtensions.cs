namespace DeepSharp.Vgg;

/// <summary>What can be done with any data set.</summary>
public static class ImageDatasetExtensions
{
    extension(IImageDataset dataset)
    {
        /// <summary>The first <paramref name="count"/> images.</summary>
        /// <exception cref="ArgumentOutOfRangeException">Fewer than 1, or more than there are.</exception>
        public IImageDataset Take(int count)
        {
            ArgumentNullException.ThrowIfNull(dataset);
            if (count < 1 || count > dataset.Count)
                throw new ArgumentOutOfRangeException(nameof(count), $"Take: {count} images were asked for, expected 1 to {dataset.Count}, which the data set has.");
            return count == dataset.Count ? dataset : new FirstImages(dataset, count);
        }
    }
}
