using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeepSharp.Vgg;

/// <summary>Which VGG model a file holds, as JSON in its metadata: <c>{"config":"64,M,…","batchNorm":true,…}</c>. What is left out has the default.</summary>
// Properties that are set, not initialised: the JSON source generator forgets the defaults of the latter.
internal sealed class ModelDescription
{
    /// <summary>Its key in the metadata.</summary>
    public const string Key = "vgg";

    public string Config { get; set; } = "";

    public bool BatchNorm { get; set; }

    public bool ConvolutionBias { get; set; } = true;

    public int Classes { get; set; } = 1000;

    public int PoolSize { get; set; } = VggHead.ImageNet.PoolSize;

    public IReadOnlyList<int> Hidden { get; set; } = VggHead.ImageNet.Hidden;

    public double Dropout { get; set; } = VggHead.ImageNet.Dropout;

    public bool DropoutFirst { get; set; }

    public Initialization Initialization { get; set; } = Initialization.KaimingFanOut;

    public int InputChannels { get; set; } = 3;

    public int InputSize { get; set; } = 32;

    public LrnConstants Lrn { get; set; } = LrnConstants.Paper;

    public long Seed { get; set; }

    /// <summary>Adds the description of a model to a file's metadata.</summary>
    public static void Write(VggPlan plan, long seed, IDictionary<string, string> metadata)
    {
        var options = plan.Options;
        var description = new ModelDescription
        {
            Config = plan.Config.ToString(),
            BatchNorm = options.BatchNorm,
            ConvolutionBias = options.ConvolutionBias,
            Classes = options.Classes,
            PoolSize = options.Head.PoolSize,
            Hidden = options.Head.Hidden,
            Dropout = options.Head.Dropout,
            DropoutFirst = options.Head.DropoutFirst,
            Initialization = options.Initialization,
            InputChannels = options.InputChannels,
            InputSize = options.InputSize,
            Lrn = options.Lrn,
            Seed = seed,
        };
        metadata[Key] = JsonSerializer.Serialize(description, ModelDescriptionJson.Default.ModelDescription);
    }

    /// <summary>Reads the description of the model that a file holds; null if it has none.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static (VggPlan Plan, long Seed)? Read(WeightsFile file)
    {
        if (!file.Metadata.TryGetValue(Key, out string? json)) return null;
        try
        {
            var description = JsonSerializer.Deserialize(json, ModelDescriptionJson.Default.ModelDescription) ?? throw new JsonException("it is null.");
            return (new VggPlan(VggConfig.Parse(description.Config), description.Options()), description.Seed);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"{file.Path}: the description of the model is damaged: {WeightsFile.Printable(e.Message)}", e);
        }
    }

    private VggOptions Options() => new()
    {
        BatchNorm = BatchNorm,
        ConvolutionBias = ConvolutionBias,
        Classes = Classes,
        Head = new VggHead { PoolSize = PoolSize, Hidden = Hidden, Dropout = Dropout, DropoutFirst = DropoutFirst },
        Initialization = Initialization,
        InputChannels = InputChannels,
        InputSize = InputSize,
        Lrn = Lrn,
    };
}

[JsonSourceGenerationOptions(UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ModelDescription))]
internal sealed partial class ModelDescriptionJson : JsonSerializerContext;
