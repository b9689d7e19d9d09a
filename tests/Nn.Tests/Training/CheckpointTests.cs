namespace DeepSharp.Nn.Tests.Training;

public class CheckpointTests
{
    /// <summary>Stops after a step of the first epoch, of a later epoch, after the last step before a test, and after a test.</summary>
    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(2, 2, false)]
    [InlineData(2, 3, false)]
    [InlineData(2, 3, true)]
    public void A_stopped_training_run_resumes_bit_for_bit(int epoch, int step, bool afterTest)
    {
        using TemporaryFolder folder = new(), straightFolder = new();
        var straight = SmallTraining.Run(folder: straightFolder.Path);
        using CancellationTokenSource stop = new();
        Assert.Throws<OperationCanceledException>(() => SmallTraining.Run(
            folder: folder.Path,
            cancellationToken: stop.Token,
            watch: report =>
            {
                if ((report.Epoch, report.Step, report.Result is not null) == (epoch, step, afterTest)) stop.Cancel();
            }));
        using (var checkpoint = TrainingCheckpoint.Open(folder.Path))
        {
            // A run that is canceled at the end of an epoch still runs the next step.
            Assert.Equal(afterTest ? (epoch, 1) : (epoch - 1, step), (checkpoint.Epochs.Count, checkpoint.StepsDone));
            Assert.Equal(SmallTraining.Options, checkpoint.Options);
        }

        var resumed = SmallTraining.Resume(folder.Path);
        Assert.Equal(straight.WeightsSha256, resumed.WeightsSha256);
        Assert.Equal(straight.Epochs.Select(SmallTraining.Untimed), resumed.Epochs.Select(SmallTraining.Untimed));
        Assert.Equal(straight.Steps, resumed.Steps);
        using (var file = WeightsFile.Open(folder[TrainingCheckpoint.FileName]))
            Assert.Contains("training.optimizer.momentum.0.weight", file.Tensors.Keys);
        Assert.Equal(3, File.ReadAllLines(folder["metrics.jsonl"]).Length);
        Assert.Equal(["checkpoint.safetensors", "metrics.jsonl"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_training_run_killed_before_its_first_step_can_be_resumed()
    {
        using TemporaryFolder folder = new();
        string straight = SmallTraining.Run().WeightsSha256;
        Assert.Throws<TimeoutException>(() => SmallTraining.Run(folder: folder.Path, watch: _ => throw new TimeoutException()));
        Assert.Equal(straight, SmallTraining.Resume(folder.Path).WeightsSha256);
    }

    [Fact]
    public void Resuming_can_add_epochs_and_removes_metrics_of_a_killed_epoch()
    {
        using TemporaryFolder folder = new();
        string straight = SmallTraining.Run().WeightsSha256;
        SmallTraining.Run(SmallTraining.Options with { Epochs = 1 }, folder.Path);
        File.AppendAllText(folder["metrics.jsonl"], "{\"epoch\":2}\n{\"epo");
        Assert.Equal(straight, SmallTraining.Resume(folder.Path, SmallTraining.Options).WeightsSha256);
        string[] lines = File.ReadAllLines(folder["metrics.jsonl"]);
        Assert.Equal(3, lines.Length);
        for (int i = 0; i < lines.Length; i++)
            Assert.StartsWith($"{{\"epoch\":{i + 1},\"train_loss\":", lines[i], StringComparison.Ordinal);
    }

    [Fact]
    public void Resuming_a_finished_training_run_returns_its_result_again()
    {
        using TemporaryFolder folder = new();
        var result = SmallTraining.Run(folder: folder.Path);
        var again = SmallTraining.Resume(folder.Path);
        Assert.Equal((result.WeightsSha256, result.Steps, result.Seconds), (again.WeightsSha256, again.Steps, again.Seconds));
        Assert.Equal(result.Epochs, again.Epochs);
    }

    [Fact]
    public void A_checkpoint_can_be_loaded_as_a_model()
    {
        using TemporaryFolder folder = new();
        var result = SmallTraining.Run(folder: folder.Path);
        using var model = SmallTraining.Model();
        model.Load(result.Checkpoint!);
        Assert.Equal(result.WeightsSha256, model.State().Sha256());
        var test = model.Evaluate(SmallTraining.Data.Test);
        Assert.Equal((result.Last.TestAccuracy, result.Last.TestLoss), (test.Accuracy, test.Loss));
    }

    [Fact]
    public void Rejects_other_options_other_images_and_fewer_epochs()
    {
        using TemporaryFolder folder = new();
        SmallTraining.Run(folder: folder.Path);
        using var checkpoint = TrainingCheckpoint.Open(folder.Path);
        using var model = SmallTraining.Model();
        AssertRejected<ArgumentException>(
            SmallTraining.Data, SmallTraining.Options with { LearningRate = 0.03 }, "only the number of epochs may differ");
        AssertRejected<ArgumentException>(
            SmallTraining.Data, SmallTraining.Options with { Epochs = 2 }, "the checkpoint is already in epoch 3");
        var fewer = new ImageData(SmallTraining.Data.Train.Take(69), SmallTraining.Data.Test);
        AssertRejected<InvalidDataException>(fewer, SmallTraining.Options, "on 70 images; the data set has 69");
        AssertRejected<InvalidDataException>(OtherClasses(), SmallTraining.Options, "the model was trained on images 3×32×32");

        void AssertRejected<TException>(ImageData data, TrainingOptions options, string expected)
            where TException : Exception
        {
            using var trainer = new Trainer<float>(model, data, SmallTraining.Full(options));
            var error = Assert.ThrowsAny<TException>(() => trainer.Restore(checkpoint));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Rejects_missing_and_damaged_files_and_files_without_a_checkpoint()
    {
        using TemporaryFolder folder = new();
        Assert.Contains("found no file", Rejected<FileNotFoundException>(), StringComparison.Ordinal);
        string path = folder[TrainingCheckpoint.FileName];
        using var model = SmallTraining.Model();
        model.Save(path);
        Assert.Contains(
            "expected the checkpoint of a training run, found only weights", Rejected<InvalidDataException>(), StringComparison.Ordinal);
        SmallTraining.Run(SmallTraining.Options with { Epochs = 1 }, folder.Path);
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..^1]);
        Assert.Contains("truncated", Rejected<InvalidDataException>(), StringComparison.Ordinal);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains("damaged", Rejected<InvalidDataException>(), StringComparison.Ordinal);

        string Rejected<TException>()
            where TException : Exception => Assert.Throws<TException>(() => TrainingCheckpoint.Open(folder.Path)).Message;
    }

    [Fact]
    public void Rejects_a_checkpoint_with_any_bit_flipped_or_truncated()
    {
        using TemporaryFolder folder = new();
        var data = new ImageData(Dots(), Dots());
        using (var model = new Sequential<float>(new Flatten<float>(), SmallTraining.Linear("1", 2, 2)))
        {
            using var trainer = new Trainer<float>(model, data, new TrainingOptions<float> { Epochs = 1, BatchSize = 2 }, folder.Path);
            trainer.Run();
        }

        string path = folder[TrainingCheckpoint.FileName];
        byte[] bytes = File.ReadAllBytes(path);
        TrainingCheckpoint.Open(folder.Path).Dispose();
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] flipped = [.. bytes];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(path, flipped);
            Assert.Throws<InvalidDataException>(() => TrainingCheckpoint.Open(folder.Path));
        }

        for (int length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Throws<InvalidDataException>(() => TrainingCheckpoint.Open(folder.Path));
        }

        static InMemoryDataset Dots() => new(new byte[] { 0, 255, 255, 0 }, [0, 1], 1, 1, 2, ["left", "right"]);
    }

    [Fact]
    public void An_unwritable_folder_is_an_error_before_the_first_step()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["file"], "");
        var error = Assert.Throws<IOException>(
            () => SmallTraining.Run(folder: Path.Combine(folder["file"], "out"), watch: _ => Assert.Fail("A step was done.")));
        Assert.StartsWith("The checkpoint cannot be written to ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Failing_to_replace_the_checkpoint_leaves_no_temporary_files()
    {
        using TemporaryFolder folder = new();
        var error = Assert.Throws<IOException>(() => SmallTraining.Run(folder: folder.Path, watch: report =>
        {
            if (report is not { Epoch: 2, Result: not null }) return;
            Directory.CreateDirectory(folder["last"]);
            File.Move(folder[TrainingCheckpoint.FileName], Path.Combine(folder["last"], TrainingCheckpoint.FileName));
            Directory.CreateDirectory(folder[TrainingCheckpoint.FileName]);
        }));
        Assert.StartsWith("The checkpoint cannot be written to ", error.Message, StringComparison.Ordinal);
        using var checkpoint = TrainingCheckpoint.Open(folder["last"]);
        Assert.Single(checkpoint.Epochs);
        Assert.Equal(["metrics.jsonl"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }

    private static ImageData OtherClasses()
    {
        var images = SmallTraining.Data.Train;
        byte[] pixels = new byte[images.Count * 3 * 32 * 32];
        int[] labels = new int[images.Count];
        var other = new InMemoryDataset(pixels, labels, 3, 32, 32, ["nothing"]);
        return new ImageData(other, other);
    }
}
