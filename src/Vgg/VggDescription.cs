using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using DeepSharp.Formats;
using DeepSharp.Nn;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Describes a VGG network completely, except for its weights. Files written by DeepSharp store it as metadata.</summary>
/// <param name="Config">The convolutional part.</param>
/// <param name="Options">Classes, head, batch normalization and so on.</param>
/// <param name="Seed">The seed of the initial weights and of dropout.</param>
public sealed record VggDescription(VggConfig Config, VggOptions Options, long Seed = 0)
{
    /// <summary>The key of the description in the metadata of files.</summary>
    internal const string Key = "vgg";

    /// <summary>
    /// The name of the configuration, with or without batch normalization, in <see cref="VggNames"/>. If it has none, its text, with the
    /// suffix <c>-bn</c> for batch normalization. The name does not show the head.
    /// </summary>
    public string Name => VggNames.Of(Config, Options.BatchNorm);

    /// <summary>The number of elements of its parameters, at most <see cref="long.MaxValue"/>. Counting allocates no parameters.</summary>
    /// <exception cref="ArgumentException">An option is invalid.</exception>
    public long ParameterCount
    {
        get
        {
            // Counted without a model, because the description in a hostile file may ask for more than fits into memory or into a shape.
            VggLayers.Check(this);
            Int128 count = 0, width = Options.InputChannels;
            foreach (var step in Config.Steps.Where(step => step.Kind == VggStepKind.Convolution))
            {
                int perChannel = (Options.ConvolutionBias ? 1 : 0) + (Options.BatchNorm ? 2 : 0);
                count += (width * step.KernelSize * step.KernelSize * step.Channels) + (perChannel * step.Channels);
                width = step.Channels;
            }

            width *= Options.Head.PoolSize * (Int128)Options.Head.PoolSize;
            foreach (int outputs in (IEnumerable<int>)[.. Options.Head.Hidden, Options.Classes])
            {
                count += (width + 1) * outputs;
                width = outputs;
            }

            return (long)Int128.Min(count, long.MaxValue);
        }
    }

    /// <summary>Creates a model. Its weights are initialized from the seed when they are first used.</summary>
    /// <param name="context">The context of its tensors; null for the default.</param>
    /// <exception cref="ArgumentException">An option is invalid, or a weight would have too many elements.</exception>
    /// <exception cref="ShapeException">The configuration has too many poolings for the input size.</exception>
    public VggModel<T> CreateModel<T>(ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T> => new(this, context);

    /// <summary>Adds the description to a file's metadata.</summary>
    public void Write(IDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        metadata[Key] = JsonSerializer.Serialize(VggDescriptionJson.Of(this), VggJson.Default.VggDescriptionJson);
    }

    /// <summary>Reads the description of the model from a file; null if the file has none.</summary>
    /// <exception cref="InvalidDataException">
    /// The description is damaged, an option is invalid, or a safetensors file has a description but no checksum.
    /// </exception>
    public static VggDescription? Read(WeightsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var json = file.ReadMetadata(Key, VggJson.Default.VggDescriptionJson);
        if (json is null) return null;
        file.RequireChecksum();
        try
        {
            var description = json.Description();
            VggLayers.Check(description);
            return description;
        }
        catch (ArgumentException e)
        {
            throw file.Refusal(new InvalidDataException($"the description of the model is damaged: {e.Reason()}", e));
        }
    }
}

/// <summary>
/// A description as JSON: <c>{"config":"64,M,…","batchNorm":true,…}</c>. Only <c>config</c> is required; other omitted properties have
/// their default values.
/// </summary>
// Properties have set accessors, not init: the JSON source generator ignores the defaults of init properties.
internal sealed class VggDescriptionJson
{
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

    public static VggDescriptionJson Of(VggDescription description)
    {
        var (options, head) = (description.Options, description.Options.Head);
        return new VggDescriptionJson
        {
            Config = description.Config.ToString(),
            BatchNorm = options.BatchNorm,
            ConvolutionBias = options.ConvolutionBias,
            Classes = options.Classes,
            PoolSize = head.PoolSize,
            Hidden = head.Hidden,
            Dropout = head.Dropout,
            DropoutFirst = head.DropoutFirst,
            Initialization = options.Initialization,
            InputChannels = options.InputChannels,
            InputSize = options.InputSize,
            Lrn = options.Lrn,
            Seed = description.Seed,
        };
    }

    public VggDescription Description()
    {
        var options = new VggOptions
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
        return new VggDescription(VggConfig.Parse(Config), options, Seed);
    }
}

[JsonSourceGenerationOptions(
    UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(VggDescriptionJson))]
internal sealed partial class VggJson : JsonSerializerContext;
