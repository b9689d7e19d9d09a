using System.Text.Json.Serialization;

namespace DeepSharp.Formats;

/// <summary>The metadata of a .pth file as JSON: one object with string values.</summary>
[JsonSourceGenerationOptions(RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class MetadataJson : JsonSerializerContext;
