using System.Text.Json;

namespace DeepSharp.Vgg;

/// <summary>Where a training stands, beside its tensors, and how it is done: JSON in the metadata of a checkpoint.</summary>
/// <remarks>The order of images, their changes and dropped elements are functions of the seed and of this position, so no random state is kept.</remarks>
internal sealed record TrainingState
{
    /// <summary>The name of the metadata.</summary>
    public const string Key = "training";

    /// <summary>How the training is done.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>Where the images come from; null where only the program knows.</summary>
    public required DataSource? Data { get; init; }

    /// <summary>The number of training images.</summary>
    public required int TrainCount { get; init; }

    /// <summary>The convolution algorithm that was forced; null where each shape chose for itself.</summary>
    public required string? ConvolutionAlgorithm { get; init; }

    /// <summary>The epochs that are over.</summary>
    public required IReadOnlyList<EpochResult> History { get; init; }

    /// <summary>The steps of the present epoch that are done.</summary>
    public required int StepsDone { get; init; }

    /// <summary>The sum of the losses of the present epoch's images so far.</summary>
    public required double LossSum { get; init; }

    /// <summary>The seconds that the present epoch's steps have taken.</summary>
    public required double StepSeconds { get; init; }

    /// <summary>The seconds that the present epoch has taken.</summary>
    public required double EpochSeconds { get; init; }

    /// <summary>Reads the state in a checkpoint.</summary>
    /// <exception cref="InvalidDataException">There is none, or it is damaged.</exception>
    public static TrainingState Read(SafeTensorsFile file)
    {
        if (!file.Metadata.ContainsKey(Key))
            throw new InvalidDataException($"{file.Path}: expected the checkpoint of a training, found weights alone (no metadata \"{Key}\").");
        return TrainingJson.Read(file, Key, TrainingJson.Default.TrainingState);
    }

    /// <summary>Adds the state to the metadata of a checkpoint.</summary>
    public void Write(IDictionary<string, string> metadata) => metadata[Key] = JsonSerializer.Serialize(this, TrainingJson.Default.TrainingState);
}
