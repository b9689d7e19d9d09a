namespace DeepSharp.Vgg.Tests.Training;

/// <summary>A checkpoint of a VGG network describes the network, so that the network can be created from it.</summary>
public class VggCheckpointTests
{
    private static readonly TrainingOptions<float> Options = new()
    {
        Epochs = 3,
        BatchSize = 24,
        LearningRate = 0.02,
        WeightDecay = 1e-3,
        StepSize = 2,
        Seed = 5,
        Augment = Augment.CropAndFlip,
    };

    private static readonly ImageData Data = new DataSource { LimitTrain = 70, LimitTest = 40 }.Load(TestContexts.Default);

    [Fact]
    public void An_interrupted_training_run_resumes_with_the_model_of_its_checkpoint()
    {
        using TemporaryFolder folder = new();
        using CancellationTokenSource stop = new();
        string uninterrupted = Train(Options, folder: null).WeightsSha256;
        Assert.Throws<OperationCanceledException>(() => Train(Options, folder.Path, new Watch<TrainingProgress>(report =>
        {
            if ((report.Epoch, report.Step) == (2, 2)) stop.Cancel();
        }), stop.Token));

        using var checkpoint = TrainingCheckpoint.Open(folder.Path);
        using var model = checkpoint.CreateModel<float>(TestContexts.Default);
        using var trainer = new Trainer<float>(model, Data, new(checkpoint.Options), folder.Path);
        trainer.Restore(checkpoint);
        checkpoint.Dispose();
        Assert.Equal(uninterrupted, trainer.Run().WeightsSha256);
    }

    [Fact]
    public void A_checkpoint_loads_with_a_given_configuration_or_given_LRN_constants()
    {
        using TemporaryFolder folder = new();
        Train(Options with { Epochs = 1 }, folder.Path);
        using var file = WeightsFile.Open(folder[TrainingCheckpoint.FileName]);
        Assert.Contains(file.Tensors.Keys, name => name.StartsWith("training.optimizer.momentum.", StringComparison.Ordinal));
        using var model = VggModel.Load<float>(file, TestContexts.Default);

        using var configured = VggModel.Load<float>(VggRecognition.Of(file, VggConfig.Parse("6,M,8")), TestContexts.Default);
        Assert.Equal("6,M,8", configured.Config.ToString());
        Assert.Equal(model.State().Sha256(), configured.State().Sha256());

        var recognition = VggRecognition.Of(file, lrn: LrnConstants.PyTorch(2));
        Assert.Equal(model.Options with { Lrn = LrnConstants.PyTorch(2) }, recognition.Description.Options);
        Assert.Equal(model.Description.Seed, recognition.Description.Seed);
        Assert.Empty(recognition.Assumptions);
    }

    [Fact]
    public void A_checkpoint_loads_as_a_model()
    {
        using TemporaryFolder folder = new();
        var result = Train(Options with { Epochs = 1 }, folder.Path);
        using var model = VggModel.Load<float>(result.Checkpoint!, TestContexts.Default);
        Assert.Equal(result.WeightsSha256, model.State().Sha256());
        var test = model.Evaluate(Data.Test);
        Assert.Equal((result.Last.TestAccuracy, result.Last.TestLoss), (test.Accuracy, test.Loss));
    }

    private static TrainingResult Train(
        TrainingOptions<float> options,
        string? folder,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var head = new VggHead { PoolSize = 2, Hidden = [12] };
        using var model = VggModel.Create<float>(
            VggConfig.Parse("6,M,8,M"), new VggOptions { BatchNorm = true, Classes = 10, Head = head }, seed: 9, TestContexts.Default);
        using var trainer = new Trainer<float>(model, Data, options, folder);
        return trainer.Run(progress, cancellationToken);
    }
}
