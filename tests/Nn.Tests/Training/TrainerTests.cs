namespace DeepSharp.Nn.Tests.Training;

public class TrainerTests
{
    [Fact]
    public void Training_reduces_the_loss()
    {
        using var model = new Sequential<float>(
            SmallTraining.Convolution("0", 3, 8), new BatchNorm2d<float>(8, context: TestContexts.Default),
            new Relu<float>(), new MaxPool2d<float>(2),
            SmallTraining.Convolution("4", 8, 16), new BatchNorm2d<float>(16, context: TestContexts.Default),
            new Relu<float>(), new MaxPool2d<float>(2),
            new AdaptiveAveragePool2d<float>(1, 1), new Flatten<float>(), SmallTraining.Linear("10", 16, 10));
        using var trainer = new Trainer<float>(model, SmallTraining.Data, new TrainingOptions<float> { Epochs = 12, BatchSize = 10 });
        var result = trainer.Run();
        Assert.True(result.Last.TrainLoss < 0.9 * result.Epochs[0].TrainLoss, $"{result.Epochs[0].TrainLoss} → {result.Last.TrainLoss}");
    }

    [Fact]
    public void Reports_every_step_and_every_epoch()
    {
        List<TrainingProgress> reports = [];
        var result = SmallTraining.Run(watch: reports.Add);
        var expected = from epoch in Enumerable.Range(1, 3) from step in (int[])[1, 2, 3, 3] select (epoch, step);
        Assert.Equal(expected, reports.Select(report => (report.Epoch, report.Step)));
        Assert.Equal(result.Epochs, reports.Where((_, i) => i % 4 == 3).Select(report => report.Result));
        Assert.All(reports.Where((_, i) => i % 4 != 3), report => Assert.Null(report.Result));
        Assert.All(reports, report =>
        {
            Assert.Equal((3, SmallTraining.Steps), (report.Epochs, report.Steps));
            Assert.True(report.Loss > 0 && report.ImagesPerSecond > 0 && report.Remaining >= TimeSpan.Zero);
        });
        Assert.Equal(9, result.Steps);
        Assert.Null(result.Checkpoint);
    }

    [Fact]
    public void An_epoch_result_has_mean_loss_test_result_and_scheduled_learning_rate()
    {
        double lossOfEpoch = 0;
        var result = SmallTraining.Run(watch: report => lossOfEpoch = report.Loss);
        Assert.Equal([1, 2, 3], result.Epochs.Select(epoch => epoch.Epoch));
        Assert.Equal([0.02, 0.02, 0.02 * 0.1], result.Epochs.Select(epoch => epoch.LearningRate));
        Assert.Equal(lossOfEpoch, result.Last.TrainLoss);
        Assert.All(
            result.Epochs,
            epoch => Assert.True(epoch is { TestLoss: > 0, TestAccuracy: >= 0 and <= 1, ImagesPerSecond: > 0, Seconds: > 0 }));
    }

    [Fact]
    public void The_images_per_second_exclude_the_first_five_steps()
    {
        const double Pause = 0.5;
        List<TrainingProgress> reports = [];
        SmallTraining.Run(SmallTraining.Options with { Epochs = 1, BatchSize = 5 }, watch: report =>
        {
            reports.Add(report);
            // Simulates just-in-time compilation in the first steps.
            if (report.Step < 5) Thread.Sleep(TimeSpan.FromSeconds(Pause));
        });

        Assert.True(reports[3].ImagesPerSecond < 20 / (3 * Pause), $"{reports[3].ImagesPerSecond} images/s in spite of three pauses.");
        double withPauses = SmallTraining.Data.Train.Count / (4 * Pause);
        Assert.True(
            reports[^1].ImagesPerSecond > 1.5 * withPauses,
            $"{reports[^1].ImagesPerSecond} images/s; with the pauses it would be less than {withPauses}.");
    }

    [Fact]
    public void The_seed_determines_the_weights()
    {
        string first = SmallTraining.Run().WeightsSha256;
        Assert.Equal(first, SmallTraining.Run().WeightsSha256);
        Assert.NotEqual(first, SmallTraining.Run(SmallTraining.Options with { Seed = 6 }).WeightsSha256);
    }

    [Theory]
    [InlineData(0, 8, 0.1, 1, "epochs must be at least 1, found 0")]
    [InlineData(1, 0, 0.1, 1, "batch size must be at least 1, found 0")]
    [InlineData(1, 8, -0.1, 1, "found -0.1")]
    [InlineData(1, 8, double.NaN, 1, "found NaN")]
    [InlineData(1, 8, 0.1, 0, "found 0")]
    public void Rejects_invalid_options(int epochs, int batchSize, double learningRate, int stepSize, string expected)
    {
        var options = new TrainingOptions { Epochs = epochs, BatchSize = batchSize, LearningRate = learningRate, StepSize = stepSize };
        var error = Assert.ThrowsAny<ArgumentException>(() => SmallTraining.Run(options));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// A weight becomes NaN after a step. This is detected by the next step, by the test after the last step, or, if the training run is
    /// canceled, by the check of the weights before the checkpoint is saved.
    /// </summary>
    [Theory]
    [InlineData(2, false, "the loss is NaN at epoch 2, step 3 of 3")]
    [InlineData(3, false, "the loss is NaN in the test after epoch 2")]
    [InlineData(2, true, "13.bias is not finite after epoch 2, step 2")]
    public void NaN_stops_the_training_run_and_leaves_the_last_checkpoint(int brokenAfter, bool stopped, string expected)
    {
        using TemporaryFolder folder = new();
        using CancellationTokenSource stop = new();
        using var model = SmallTraining.Model();
        using var trainer = new Trainer<float>(model, SmallTraining.Data, SmallTraining.Full(SmallTraining.Options), folder.Path);
        var breaking = new Watch<TrainingProgress>(report =>
        {
            if ((report.Epoch, report.Step) != (2, brokenAfter)) return;
            model.Parameters()[^1].Value[0] = float.NaN;
            if (stopped) stop.Cancel();
        });
        var error = Assert.Throws<TrainingDivergedException>(() => trainer.Run(breaking, stop.Token));
        Assert.StartsWith(
            $"The training diverged: {expected}. Try a learning rate below 0.02. The checkpoint in {folder.Path} ",
            error.Message,
            StringComparison.Ordinal);
        using var checkpoint = TrainingCheckpoint.Open(folder.Path);
        Assert.Equal((1, 0), (checkpoint.Epochs.Count, checkpoint.StepsDone));
        Assert.Single(File.ReadAllLines(folder["metrics.jsonl"]));
    }
}
