using System.Text.Json;
using System.Text.Json.Serialization;
using DeepSharp.Data;
using DeepSharp.Formats;

namespace DeepSharp.Nn;

/// <summary>The position and options of a training run, without its tensors: JSON in the metadata of a checkpoint.</summary>
/// <remarks>
/// The order of images and their augmentation are functions of the seed and of this position. Dropout also needs the positions of its
/// random streams, which the checkpoint stores as integers beside the model.
/// </remarks>
internal sealed record TrainingState
{
    /// <summary>The options of the training run.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>The source of the images; null if it is not a named data set.</summary>
    public required DataSource? Data { get; init; }

    /// <summary>The number of training images.</summary>
    public required int TrainCount { get; init; }

    /// <summary>The convolution algorithm that was forced; null if it was chosen for each shape.</summary>
    public required string? ConvolutionAlgorithm { get; init; }

    /// <summary>The class of the optimizer; null in files of version 0.1, which had only SGD.</summary>
    public string? Optimizer { get; init; }

    /// <summary>The class of the schedule; null in files of version 0.1.</summary>
    public string? Schedule { get; init; }

    /// <summary>The results of the completed epochs.</summary>
    public required IReadOnlyList<EpochResult> History { get; init; }

    /// <summary>The completed steps of the current epoch.</summary>
    public required int StepsDone { get; init; }

    /// <summary>The sum of the losses of all images of the current epoch so far.</summary>
    public required double LossSum { get; init; }

    /// <summary>The time of the completed steps of the current epoch, in seconds.</summary>
    public required double StepSeconds { get; init; }

    /// <summary>The time of the current epoch so far, including an interrupted evaluation, in seconds.</summary>
    public required double EpochSeconds { get; init; }

    /// <summary>Reads the state in a checkpoint.</summary>
    /// <exception cref="InvalidDataException">The file contains no such state, or is damaged.</exception>
    public static TrainingState Read(WeightsFile file)
    {
        var state = file.ReadMetadata(TrainingCheckpoint.MetadataKey, TrainingJson.Default.TrainingState);
        if (state is null)
        {
            throw new InvalidDataException(
                $"{file.Path}: expected the checkpoint of a training run, found only weights " +
                $"(no metadata \"{TrainingCheckpoint.MetadataKey}\").");
        }

        file.RequireChecksum();
        return state;
    }

    /// <summary>Adds the state to the metadata of a checkpoint.</summary>
    public void Write(IDictionary<string, string> metadata) =>
        metadata[TrainingCheckpoint.MetadataKey] = JsonSerializer.Serialize(this, TrainingJson.Default.TrainingState);
}

/// <summary>The JSON format of a training run.</summary>
// IncludeFields is needed for the tuple in Augment.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    IncludeFields = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    // A metric may be 0/0, such as the precision of a class that was never predicted.
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(TrainingState))]
[JsonSerializable(typeof(EpochResult))]
internal sealed partial class TrainingJson : JsonSerializerContext;
