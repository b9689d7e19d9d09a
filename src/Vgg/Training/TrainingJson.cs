using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace DeepSharp.Vgg;

/// <summary>How a training is written as JSON.</summary>
// Fields are those of the tuple in Augment.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, IncludeFields = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TrainingState))]
[JsonSerializable(typeof(ImageDescription))]
[JsonSerializable(typeof(EpochResult))]
internal sealed partial class TrainingJson : JsonSerializerContext
{
    /// <summary>Reads a JSON object in the metadata of a file.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static TValue Read<TValue>(WeightsFile file, string key, JsonTypeInfo<TValue> type)
        where TValue : class
    {
        try
        {
            return JsonSerializer.Deserialize(file.Metadata[key], type) ?? throw new JsonException("it is null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file.Path}: the metadata \"{key}\" is damaged: {WeightsFile.Printable(e.Message)}", e);
        }
    }
}
