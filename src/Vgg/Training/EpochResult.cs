namespace DeepSharp.Vgg;

/// <summary>What came of one epoch: a line of <c>metrics.jsonl</c>.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="TrainLoss">The mean loss of the training images, each at the step that it was used in.</param>
/// <param name="TestLoss">The mean loss of the test images after the epoch.</param>
/// <param name="TestAccuracy">The share of the test images, 0 to 1, whose class was right after the epoch.</param>
/// <param name="LearningRate">The learning rate of its steps.</param>
/// <param name="ImagesPerSecond">Training images per second of its steps, waiting for batches included; evaluation and checkpoints are not, nor a run's first five steps, in which methods are compiled.</param>
/// <param name="Seconds">How long it took, evaluation included.</param>
public sealed record EpochResult(
    int Epoch, double TrainLoss, double TestLoss, double TestAccuracy, double LearningRate, double ImagesPerSecond, double Seconds);
