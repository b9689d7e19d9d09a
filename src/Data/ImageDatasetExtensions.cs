using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Data;

/// <summary>Operations on any data set.</summary>
public static class ImageDatasetExtensions
{
    extension(IImageDataset dataset)
    {
        /// <summary>The first <paramref name="count"/> images.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The count is less than 1 or more than the number of images.</exception>
        public IImageDataset Take(int count)
        {
            ArgumentNullException.ThrowIfNull(dataset);
            if (count < 1 || count > dataset.Count)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(count), $"Take: {count} images were requested, expected 1 to {dataset.Count}, the size of the data set.");
            }

            return count == dataset.Count ? dataset : new FirstImages(dataset, count);
        }

        /// <summary>All images in the order of the data set, normalized but not augmented, to evaluate a network.</summary>
        /// <param name="batchSize">The number of images in a batch; the last batch may have fewer.</param>
        /// <param name="context">The context of the batches; null for <see cref="ComputeContext.Default"/>.</param>
        /// <exception cref="ArgumentException">
        /// The batch size is below 1, or images and normalization differ in number of channels.
        /// </exception>
        public BatchLoader<T> Batches<T>(int batchSize, ComputeContext? context = null)
            where T : unmanaged, IFloatingPointIeee754<T> =>
            new(dataset, batchSize, Augment.None, epoch: null, seed: 0, firstBatch: 0, dropLast: false, context);

        /// <summary>The images in the random order of an epoch, augmented and normalized, to train a network.</summary>
        /// <param name="batchSize">The number of images in a batch; an incomplete last batch has fewer.</param>
        /// <param name="augment">How images are augmented.</param>
        /// <param name="epoch">The epoch, from 0; each has its own order and augmentation.</param>
        /// <param name="seed">The seed of the order and the augmentation.</param>
        /// <param name="firstBatch">
        /// The index of the first batch to yield. A resumed run passes it to continue within an epoch as if never interrupted.
        /// </param>
        /// <param name="dropLast">Whether an incomplete last batch is left out.</param>
        /// <param name="context">The context of the batches; null for <see cref="ComputeContext.Default"/>.</param>
        /// <exception cref="ArgumentException">
        /// An argument is out of range, the crop is larger than the padded image, <paramref name="dropLast"/> leaves no batch, or images
        /// and normalization differ in number of channels.
        /// </exception>
        public BatchLoader<T> Batches<T>(
            int batchSize, Augment augment, int epoch, long seed = 0, int firstBatch = 0, bool dropLast = false,
            ComputeContext? context = null)
            where T : unmanaged, IFloatingPointIeee754<T> =>
            new(dataset, batchSize, augment, epoch, seed, firstBatch, dropLast, context);

        /// <summary>The same as <see cref="Batches{T}(IImageDataset, int, ComputeContext?)"/>, for float.</summary>
        public BatchLoader<float> Batches(int batchSize, ComputeContext? context = null) => dataset.Batches<float>(batchSize, context);

        /// <summary>
        /// The same as <see cref="Batches{T}(IImageDataset, int, Augment, int, long, int, bool, ComputeContext?)"/>, for float.
        /// </summary>
        public BatchLoader<float> Batches(
            int batchSize, Augment augment, int epoch, long seed = 0, int firstBatch = 0, bool dropLast = false,
            ComputeContext? context = null) =>
            dataset.Batches<float>(batchSize, augment, epoch, seed, firstBatch, dropLast, context);
    }
}
