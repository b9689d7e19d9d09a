using System.Text.Json;
using System.Text.Json.Serialization;
using DeepSharp.Data;
using DeepSharp.Formats;

namespace DeepSharp.Nn;

/// <summary>Where a training stands, beside its tensors, and how it is done: JSON in the metadata of a checkpoint.</summary>
/// <remarks>The order of images, their augmentation and dropped elements are functions of the seed and of this position, so no random state is kept.</remarks>
internal sealed record TrainingState
{
    /// <summary>How the training is done.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>Where the images come from; null if only the program knows.</summary>
    public required DataSource? Data { get; init; }

    /// <summary>The number of training images.</summary>
    public required int TrainCount { get; init; }

    /// <summary>The convolution algorithm that was forced; null if each shape chose for itself.</summary>
    public required string? ConvolutionAlgorithm { get; init; }

    /// <summary>The class of the optimizer; null in files of version 0.1, which had SGD alone.</summary>
    public string? Optimizer { get; init; }

    /// <summary>The class of the schedule; null in files of version 0.1.</summary>
    public string? Schedule { get; init; }

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
    public static TrainingState Read(WeightsFile file)
    {
        var state = file.ReadMetadata(TrainingCheckpoint.MetadataKey, TrainingJson.Default.TrainingState);
        if (state is null) throw new InvalidDataException($"{file.Path}: expected the checkpoint of a training, found weights alone (no metadata \"{TrainingCheckpoint.MetadataKey}\").");
        file.RequireChecksum();
        return state;
    }

    /// <summary>Adds the state to the metadata of a checkpoint.</summary>
    public void Write(IDictionary<string, string> metadata) => metadata[TrainingCheckpoint.MetadataKey] = JsonSerializer.Serialize(this, TrainingJson.Default.TrainingState);
}

/// <summary>How a training is written as JSON.</summary>
// Fields are those of the tuple in Augment.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, IncludeFields = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    // A metric may be 0/0, such as the precision of a class that was never predicted.
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(TrainingState))]
[JsonSerializable(typeof(EpochResult))]
internal sealed partial class TrainingJson : JsonSerializerContext;
