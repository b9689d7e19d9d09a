namespace DeepSharp.Nn.Tests.Training;

/// <summary>Custom losses, metrics and callbacks in a training run.</summary>
public class TrainingExtensionTests
{
    [Fact]
    public void A_custom_loss_is_minimized_and_measured()
    {
        // With a learning rate of 0, the losses of both training runs differ only by the factor 2.
        var still = new TrainingOptions<float>(SmallTraining.Options with { LearningRate = 0, Epochs = 1 });
        var usual = SmallTraining.Run(still).Last;
        var twice = SmallTraining.Run(still with { Loss = (logits, labels) => logits.CrossEntropy(labels) * 2 }).Last;
        Assert.Equal(2 * usual.TrainLoss, twice.TrainLoss);
        Assert.Equal(2 * usual.TestLoss, twice.TestLoss, 1e-5);

        var moving = new TrainingOptions<float>(SmallTraining.Options);
        string expected = SmallTraining.Run(moving).WeightsSha256;
        Assert.Equal(expected, SmallTraining.Run(moving with { Loss = (logits, labels) => logits.CrossEntropy(labels) }).WeightsSha256);
        Assert.NotEqual(
            expected,
            SmallTraining.Run(moving with { Loss = (logits, labels) => logits.CrossEntropy(labels, labelSmoothing: 0.1) }).WeightsSha256);
    }

    [Fact]
    public void Metrics_are_measured_from_zero_after_each_epoch_and_saved()
    {
        using TemporaryFolder folder = new();
        var options = new TrainingOptions<float>(SmallTraining.Options) { Metrics = [() => new Images(), () => new Accuracy<float>()] };
        var result = SmallTraining.Run(options, folder.Path);
        Assert.All(result.Epochs, epoch =>
        {
            Assert.Equal(["images", "accuracy"], epoch.Metrics!.Keys);
            Assert.Equal((40, epoch.TestAccuracy), (epoch.Metrics["images"], epoch.Metrics["accuracy"]));
            Assert.EndsWith(
                FormattableString.Invariant($", images 40.0000, accuracy {epoch.TestAccuracy:0.0000}"),
                epoch.ToString(),
                StringComparison.Ordinal);
        });
        string[] lines = File.ReadAllLines(folder["metrics.jsonl"]);
        Assert.Equal(3, lines.Length);
        Assert.All(lines, line => Assert.Contains("\"metrics\":{\"images\":40,\"accuracy\":", line, StringComparison.Ordinal));
        using var checkpoint = TrainingCheckpoint.Open(folder.Path);
        Assert.Equal([40, 40, 40], checkpoint.Epochs.Select(epoch => epoch.Metrics!["images"]));
        Assert.Null(SmallTraining.Run(SmallTraining.Options with { Epochs = 1 }).Last.Metrics);
    }

    [Fact]
    public void Results_print_as_one_line()
    {
        Assert.Equal(
            "epoch 3: train loss 0.4321, test loss 0.5012, test accuracy 83.20%, top-5 0.9900",
            new EpochResult(3, 0.43211, 0.50119, 0.832, 0.1, 100, 2, new Dictionary<string, double> { ["top-5"] = 0.99 }).ToString());
        Assert.Equal("8320 of 10000 right (83.20%), loss 0.5012", new EvaluationResult(8320, 10_000, 0.50119).ToString());
    }

    [Fact]
    public void Callbacks_are_called_in_order()
    {
        List<string> calls = [];
        var options = new TrainingOptions<float>(SmallTraining.Options with { Epochs = 2 })
        {
            Callbacks = [new Log("a", calls), new Log("b", calls)],
        };
        SmallTraining.Run(options);
        string[] events = ["start", "step 1.1", "step 1.2", "step 1.3", "epoch 1", "step 2.1", "step 2.2", "step 2.3", "epoch 2", "end 2"];
        Assert.Equal(events.SelectMany(name => (string[])[$"a {name}", $"b {name}"]), calls);
    }

    [Theory]
    [InlineData("step 1.1", 1)]
    [InlineData("epoch 1", 1)]
    [InlineData("step 2.3", 2)]
    public void Stop_ends_the_training_run_after_the_current_epoch(string at, int epochs)
    {
        using TemporaryFolder folder = new();
        string straight = SmallTraining.Run().WeightsSha256;
        var options = new TrainingOptions<float>(SmallTraining.Options) { Callbacks = [new Log("", [], at)] };
        Assert.Equal(epochs, SmallTraining.Run(options, folder.Path).Epochs.Count);
        using (var checkpoint = TrainingCheckpoint.Open(folder.Path))
            Assert.Equal((epochs, 0), (checkpoint.Epochs.Count, checkpoint.StepsDone));
        Assert.Equal(straight, SmallTraining.Resume(folder.Path).WeightsSha256);
    }

    [Fact]
    public void DropLast_omits_the_partial_batch()
    {
        Assert.Equal([24, 24, 22], Sizes(dropLast: false));
        Assert.Equal([24, 24], Sizes(dropLast: true));

        static List<int> Sizes(bool dropLast)
        {
            List<int> sizes = [];
            List<TrainingProgress> reports = [];
            var options = new TrainingOptions<float>(SmallTraining.Options with { Epochs = 1, DropLast = dropLast })
            {
                Loss = (logits, labels) =>
                {
                    if (logits.Tape.Mode == Mode.Training) sizes.Add(labels.Length);
                    return logits.CrossEntropy(labels);
                },
            };
            var result = SmallTraining.Run(options, watch: reports.Add);
            Assert.All(reports, report => Assert.Equal(sizes.Count, report.Steps));
            Assert.Equal(sizes.Count, result.Steps);
            return sizes;
        }
    }

    [Fact]
    public void A_last_batch_too_small_for_a_batch_normalization_is_an_error_before_training()
    {
        // 70 images make three batches of 23 and one batch of a single image.
        using var model = new Sequential<float>(
            new AdaptiveAveragePool2d<float>(1, 1),
            new BatchNorm2d<float>(3, context: TestContexts.Default),
            new Flatten<float>(),
            SmallTraining.Linear("3", 3, 10));
        var options = new TrainingOptions<float>(SmallTraining.Options with { Epochs = 1, BatchSize = 23 });
        var error = Assert.Throws<ShapeException>(() => new Trainer<float>(model, SmallTraining.Data, options));
        Assert.StartsWith(
            "1 (BatchNorm2d): training needs more than one value per channel, input [1, 3, 1, 1] has one; ",
            error.Message,
            StringComparison.Ordinal);
        using var trainer = new Trainer<float>(model, SmallTraining.Data, options with { DropLast = true });
        Assert.Equal(3, trainer.Run().Steps);
    }

    [Fact]
    public void A_metric_may_be_NaN_but_needs_a_unique_name()
    {
        using TemporaryFolder folder = new();
        var options = new TrainingOptions<float>(SmallTraining.Options) { Epochs = 1, Metrics = [() => new Undefined()] };
        SmallTraining.Run(options, folder.Path);
        using var checkpoint = TrainingCheckpoint.Open(folder.Path);
        Assert.True(double.IsNaN(checkpoint.Epochs[0].Metrics!["undefined"]));
        Assert.Contains(
            "the names of metrics must differ, found undefined, undefined",
            Assert.Throws<ArgumentException>(
                () => SmallTraining.Run(options with { Metrics = [() => new Undefined(), () => new Undefined()] })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_run_can_be_resumed_after_a_callback_fails_at_the_end_of_an_epoch()
    {
        using TemporaryFolder folder = new();
        var straight = SmallTraining.Run();
        var failing = new TrainingOptions<float>(SmallTraining.Options) { Callbacks = [new Canceling()] };
        Assert.Throws<OperationCanceledException>(() => SmallTraining.Run(failing, folder.Path));
        Assert.Equal(straight.WeightsSha256, SmallTraining.Resume(folder.Path).WeightsSha256);
    }

    private sealed class Canceling : TrainingCallback<float>
    {
        public override void OnEpoch(Trainer<float> trainer, EpochResult result) => throw new OperationCanceledException();
    }

    private sealed class Undefined : Metric<float>
    {
        public override string Name => "undefined";

        public override double Value => double.NaN;

        public override void Add(Tensor<float> logits, ReadOnlySpan<int> labels)
        {
        }
    }

    private sealed class Images : Metric<float>
    {
        private int count;

        public override string Name => "images";

        public override double Value => count;

        public override void Add(Tensor<float> logits, ReadOnlySpan<int> labels)
        {
            Assert.Equal([labels.Length, 10], logits.Shape.ToArray());
            count += labels.Length;
        }
    }

    // Records every call and stops the training run at one of them.
    private sealed class Log(string name, List<string> calls, string? stopAt = null) : TrainingCallback<float>
    {
        public override void OnStart(Trainer<float> trainer) => Called(trainer, "start");

        public override void OnStep(Trainer<float> trainer, TrainingProgress progress) =>
            Called(trainer, $"step {progress.Epoch}.{progress.Step}");

        public override void OnEpoch(Trainer<float> trainer, EpochResult result) => Called(trainer, $"epoch {result.Epoch}");

        public override void OnEnd(Trainer<float> trainer, TrainingResult result) => Called(trainer, $"end {result.Epochs.Count}");

        private void Called(Trainer<float> trainer, string what)
        {
            calls.Add($"{name} {what}");
            if (what == stopAt) trainer.Stop();
        }
    }
}
