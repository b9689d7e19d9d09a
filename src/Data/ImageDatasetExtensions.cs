using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Data;

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

        /// <summary>All images in their own order, unchanged but for normalization: to evaluate a network.</summary>
        /// <param name="batchSize">The images of a batch; the last one may have fewer.</param>
        /// <param name="context">Where the batches live; null for <see cref="ComputeContext.Default"/>.</param>
        /// <exception cref="ArgumentException">The batch size is below 1.</exception>
        public BatchLoader<T> Batches<T>(int batchSize, ComputeContext? context = null)
            where T : unmanaged, IFloatingPointIeee754<T> =>
            new(dataset, batchSize, Augment.None, epoch: null, seed: 0, firstBatch: 0, dropLast: false, context);

        /// <summary>All images in the random order of an epoch, randomly changed: to train a network.</summary>
        /// <param name="batchSize">The images of a batch.</param>
        /// <param name="augment">How images are changed.</param>
        /// <param name="epoch">The epoch, from 0; each has an order and changes of its own.</param>
        /// <param name="seed">The seed of order and changes.</param>
        /// <param name="firstBatch">The batch to start with, so that a run goes on within an epoch as if it had never stopped.</param>
        /// <param name="dropLast">Whether a last batch that is not full is left out.</param>
        /// <param name="context">Where the batches live; null for <see cref="ComputeContext.Default"/>.</param>
        /// <exception cref="ArgumentException">A number is out of range, the crop is larger than the padded image, or no batch is left.</exception>
        public BatchLoader<T> Batches<T>(
            int batchSize, Augment augment, int epoch, long seed = 0, int firstBatch = 0, bool dropLast = false, ComputeContext? context = null)
            where T : unmanaged, IFloatingPointIeee754<T> =>
            new(dataset, batchSize, augment, epoch, seed, firstBatch, dropLast, context);

        /// <summary>As <see cref="Batches{T}(IImageDataset, int, ComputeContext?)"/>, of float.</summary>
        public BatchLoader<float> Batches(int batchSize, ComputeContext? context = null) => dataset.Batches<float>(batchSize, context);

        /// <summary>As <see cref="Batches{T}(IImageDataset, int, Augment, int, long, int, bool, ComputeContext?)"/>, of float.</summary>
        public BatchLoader<float> Batches(
            int batchSize, Augment augment, int epoch, long seed = 0, int firstBatch = 0, bool dropLast = false, ComputeContext? context = null) =>
            dataset.Batches<float>(batchSize, augment, epoch, seed, firstBatch, dropLast, context);
    }
}
