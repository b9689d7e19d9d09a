using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DeepSharp.Vgg.Tests.Invariants;

/// <summary>Files of version 0.1 load, and a training run interrupted within an epoch in version 0.1 resumes bit for bit.</summary>
/// <remarks>
/// The network is <c>8,M,16,16,M</c> with batch normalization, dropout and a hidden layer of 24. It was trained on 200 images of
/// <c>shapes</c> in batches of 32, with crops and flips. The checkpoint was written after step 3 of 7 in epoch 2 of 3.
/// The hashes were computed by version 0.1. The bits depend on the vector width, so there is one hash for each width.
/// </remarks>
public sealed class FirstVersionTests : IDisposable
{
    private const string TrainedWeights = "d215465c8c81efa8e71a82b97123a921729a390333d029939f5735c475dd24d4";
    private const string FoldedWeights = "515a482606f2d05397c06c4ea72f4f4c8e350ec680032fd7c81147089c42f09b";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(VectorWidth.Scalar, "d25ba6f4a593f123bd9cb56be8e1f9654872e965305628c08b63f63256f2bb6e")]
    [InlineData(VectorWidth.Bits128, "bc9f8a2e0b1fb10c98146fdaed30f3e0eac72674ef09637e3f2c9da025fc2a49")]
    [InlineData(VectorWidth.Bits256, TrainedWeights)]
    [InlineData(VectorWidth.Bits512, "d886a32f06e61cb8c1a0c299e94277c2c71f893c65d4d7e39cfd5b9658c27551")]
    public void A_training_run_interrupted_within_an_epoch_resumes_bit_for_bit(VectorWidth width, string expected)
    {
        File.Copy(PathOf("checkpoint.safetensors"), folder[TrainingCheckpoint.FileName]);
        using var context = new ComputeContext(new ComputeOptions { Workers = 3, VectorWidth = width, FillWithNaN = true });
        using var checkpoint = TrainingCheckpoint.Open(folder.Path);
        using var model = checkpoint.CreateModel<float>(context);
        var options = new TrainingOptions<float>(checkpoint.Options);
        using var trainer = new Trainer<float>(model, checkpoint.Data!.Load(context), options, folder.Path) { Source = checkpoint.Data };
        trainer.Restore(checkpoint);
        checkpoint.Dispose();
        Assert.Equal(expected, trainer.Run().WeightsSha256);
    }

    [Theory]
    [InlineData(VectorWidth.Scalar, "4f4232cedb058d79381b18c053c3ceca0fcb76e162fc4a8cf7040e04dcd8ad15")]
    [InlineData(VectorWidth.Bits128, "73824afda3294676d63f0339719ae4e15ea7eec7f2fb9733616c4e18588cb418")]
    [InlineData(VectorWidth.Bits256, "65f6d3fe10bc3a45fcba7b5227c3996552b6931e684c9cdef6cd29d62320ac7e")]
    [InlineData(VectorWidth.Bits512, "486115cadce1bcae33710bd0314601cb380d0d88f83446098d70e4db588659bd")]
    public void Weights_in_every_format_give_the_same_logits_bit_for_bit(VectorWidth width, string expected)
    {
        using var context = new ComputeContext(new ComputeOptions { Workers = 3, VectorWidth = width, FillWithNaN = true });
        var images = new DataSource { LimitTrain = 1, LimitTest = 64 }.Load(context).Test;
        var files = new[]
        {
            ("weights.safetensors", TrainedWeights), ("weights.pth", TrainedWeights),
            ("unfolded.onnx", TrainedWeights), ("folded.onnx", FoldedWeights),
        };
        foreach (var (file, weights) in files)
        {
            using var model = VggModel.Load<float>(PathOf(file), context);
            Assert.Equal(weights, model.State().Sha256());
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            model.Evaluate(images, new EvaluationOptions<float>
            {
                BatchSize = 16,
                OnLogits = logits => hash.AppendData(MemoryMarshal.AsBytes(logits.Read())),
            });
            Assert.Equal(expected, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
    }

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Fixtures", "v0.1", file);
}
