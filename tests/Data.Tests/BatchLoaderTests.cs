using DeepSharp.Tensors;
using static DeepSharp.Data.Tests.BatchLoaderImages;

namespace DeepSharp.Data.Tests;

/// <summary>The batches of an epoch: their images, their order and rejected arguments.</summary>
public class BatchLoaderTests
{
    [Fact]
    public void Without_an_epoch_returns_all_images_in_order_and_normalized()
    {
        var data = RandomImages(count: 10, channels: 3, height: 5, width: 4);
        int next = 0;
        foreach (var batch in data.Batches<double>(batchSize: 4, TestContexts.Default))
        {
            Assert.Equal([next == 8 ? 2 : 4, 3, 5, 4], batch.Images.Shape.ToArray());
            Assert.Equal((next / 4, batch.Labels.Length), (batch.Index, batch.Count));
            for (int n = 0; n < batch.Count; n++, next++)
            {
                Assert.Equal(data.Label(next), batch.Labels[n]);
                Assert.Equal(Expected(data, next, 0, 0, 5, 4, mirror: false), ImageOf(batch, n));
            }
        }

        Assert.Equal(10, next);
    }

    [Theory]
    [InlineData(0, true, null, null)]
    [InlineData(4, true, null, null)]
    [InlineData(3, false, null, null)]
    [InlineData(1, true, 3, 6)]
    [InlineData(0, false, 5, 2)]
    public void Every_image_is_a_crop_of_the_padded_image_and_all_crops_occur_equally_often(
        int padding, bool flip, int? cropHeight, int? cropWidth)
    {
        const int Height = 6, Width = 5;
        var data = RandomImages(count: 40, channels: 2, Height, Width);
        var augment = new Augment { Padding = padding, Flip = flip, Crop = cropHeight is { } h ? (h, cropWidth!.Value) : null };
        var (outHeight, outWidth) = augment.OutputSize(Height, Width);
        var crops = (from top in Offsets(Height, outHeight)
                     from left in Offsets(Width, outWidth)
                     from mirror in flip ? new[] { false, true } : [false]
                     select (top, left, mirror)).ToList();
        var cropOf = (from i in Enumerable.Range(0, data.Count)
                      from crop in crops
                      select (i, crop, Text(Expected(data, i, crop.top, crop.left, outHeight, outWidth, crop.mirror))))
            .ToDictionary(x => (x.i, x.Item3), x => x.crop);

        var seen = new List<(int, int, bool)>();
        for (int epoch = 0; epoch < 60; epoch++)
        {
            foreach (var batch in data.Batches<double>(7, augment, epoch, context: TestContexts.Default))
                for (int n = 0; n < batch.Count; n++) seen.Add(cropOf[(batch.Labels[n], Text(ImageOf(batch, n)))]);
        }

        // Allows about 6 standard deviations of the count of a crop, which has a binomial distribution.
        double mean = 60.0 * data.Count / crops.Count, slack = 6 * Math.Sqrt(mean);
        Assert.Equal(crops.Count, seen.Distinct().Count());
        Assert.All(seen.CountBy(crop => crop), count => Assert.InRange(count.Value, mean - slack, mean + slack));

        IEnumerable<int> Offsets(int length, int outLength) => Enumerable.Range(-padding, length + (2 * padding) - outLength + 1);
        static string Text(double[] image) => string.Join(' ', image);
    }

    [Fact]
    public void Each_epoch_has_every_image_once_in_its_own_order()
    {
        var data = RandomImages(count: 50, channels: 1, height: 2, width: 2);
        List<int>[] orders = [Order(epoch: 0, seed: 1), Order(epoch: 1, seed: 1), Order(epoch: 0, seed: 2)];

        Assert.All(orders, order => Assert.Equal(Enumerable.Range(0, 50), order.Order()));
        Assert.All(orders, order => Assert.NotEqual(Enumerable.Range(0, 50), order));
        Assert.Equal(3, orders.Select(order => string.Join(',', order)).Distinct().Count());
        Assert.Equal(orders[0], Order(epoch: 0, seed: 1));

        List<int> Order(int epoch, int seed) =>
        [
            .. data.Batches(8, Augment.None, epoch, seed, context: TestContexts.Default).SelectMany(batch => batch.Labels.ToArray()),
        ];
    }

    [Fact]
    public void Starting_within_an_epoch_returns_the_rest_of_its_batches()
    {
        var data = RandomImages(count: 23, channels: 3, height: 6, width: 5);
        var whole = Copies(data.Batches(5, Augment.CropAndFlip, epoch: 3, seed: 9, context: TestContexts.Default));
        for (int first = 0; first <= 5; first++)
        {
            var loader = data.Batches(5, Augment.CropAndFlip, epoch: 3, seed: 9, firstBatch: first, context: TestContexts.Default);
            Assert.Equal((5, 5 - first), (loader.EpochLength, loader.Count));
            Assert.Equal(whole[first..], Copies(loader));
        }
    }

    [Fact]
    public void A_smaller_last_batch_can_be_dropped()
    {
        var data = RandomImages(count: 10, channels: 1, height: 2, width: 2);

        Assert.Equal([4, 4, 2], data.Batches(4, Augment.None, 0, context: TestContexts.Default).Select(batch => batch.Count));
        Assert.Equal([4, 4], data.Batches(4, Augment.None, 0, dropLast: true, context: TestContexts.Default).Select(batch => batch.Count));
        Assert.Equal([5, 5], data.Batches(5, Augment.None, 0, dropLast: true, context: TestContexts.Default).Select(batch => batch.Count));
    }

    [Fact]
    public void A_label_outside_the_classes_is_an_error()
    {
        var data = new Watched(RandomImages(count: 3, channels: 1, height: 2, width: 2)) { Relabel = index => index == 2 ? 3 : 0 };
        Assert.Equal(
            "Batches: label 3 of image 2 is outside 0..2.",
            Assert.Throws<InvalidDataException>(() => data.Batches(2, TestContexts.Default).Count(batch => batch.Count > 0)).Message);
    }

    [Fact]
    public void Does_not_copy_pixels_that_are_in_memory()
    {
        var data = RandomImages(count: 10, channels: 3, height: 5, width: 4);
        var inPlace = new InPlace(data);
        foreach (var views in (IImageDataset[])[inPlace, inPlace.Take(10), ImagePreprocessing.Of(data).Apply(inPlace)])
        {
            Assert.Equal(Copies(data.Batches(4, Augment.CropAndFlip, epoch: 1, context: TestContexts.Default)),
                Copies(views.Batches(4, Augment.CropAndFlip, epoch: 1, context: TestContexts.Default)));
        }

        Assert.Equal(Copies(data.Take(7).Batches(4, TestContexts.Default)), Copies(inPlace.Take(7).Batches(4, TestContexts.Default)));
    }

    [Fact]
    public void The_text_of_a_batch_has_its_number_shape_and_labels()
    {
        var data = RandomImages(count: 13, channels: 2, height: 3, width: 4);
        List<string> texts = [.. data.Batches(10, TestContexts.Default).Select(batch => batch.ToString())];
        Assert.Equal(
            ["batch 0: images [10, 2, 3, 4], labels 0, 1, 2, 3, 4, 5, 6, 7, …", "batch 1: images [3, 2, 3, 4], labels 10, 11, 12"],
            texts);
    }

    [Fact]
    public void Refuses_arguments_out_of_range()
    {
        var data = RandomImages(count: 10, channels: 1, height: 5, width: 4);
        Fails("Batches: the batch size must be at least 1, found 0.", "batchSize", () => data.Batches(0));
        Fails("Batches: the epoch must be at least 0, found -1.", "epoch", () => data.Batches(2, Augment.None, -1));
        Fails(
            "Batches: the first batch must be between 0 and 5, the number of batches in an epoch, found 6.", "firstBatch",
            () => data.Batches(2, Augment.None, 0, firstBatch: 6));
        Fails(
            "Batches: 10 images do not fill a batch of 11, and dropLast leaves out an incomplete one; use a smaller batch size.",
            "batchSize",
            () => data.Batches(11, Augment.None, 0, dropLast: true));
        Fails("Augment: the padding must be at least 0, found -1.", "height", () => data.Batches(2, new Augment { Padding = -1 }, 0));
        Fails(
            "Augment: a crop must have at least one pixel, found 0×3.", "height",
            () => data.Batches(2, new Augment { Crop = (0, 3) }, 0));
        Fails(
            "Augment: a crop of 8×4 is larger than images of 5×4 padded by 1 (7×6).", "height",
            () => data.Batches(2, new Augment { Crop = (8, 4), Padding = 1 }, 0));

        static void Fails(string message, string parameter, Func<object> make) =>
            Assert.Equal($"{message} (Parameter '{parameter}')", Assert.Throws<ArgumentException>(make).Message);
    }
}
