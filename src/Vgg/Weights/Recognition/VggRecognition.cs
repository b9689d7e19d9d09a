namespace DeepSharp.Vgg;

/// <summary>The VGG model that a file of weights belongs to, as its names and shapes tell.</summary>
/// <param name="Plan">The model.</param>
/// <param name="Keys">The file's name of each tensor of the model; <c>num_batches_tracked</c> may be missing.</param>
/// <param name="Assumptions">What names and shapes leave open, and was taken to be as in the paper.</param>
public sealed record VggRecognition(VggPlan Plan, IReadOnlyDictionary<string, string> Keys, IReadOnlyList<string> Assumptions)
{
    private const int UsualInputSize = 32;

    /// <summary>The seed of the model, where the file says it.</summary>
    public long Seed { get; init; }

    /// <summary>Whether the file says which model it holds, so that it must be that one to the last tensor.</summary>
    internal bool IsDescribed { get; init; }

    /// <summary>Recognises the model that a file holds, by what the file says about itself or else by its names and shapes.</summary>
    /// <param name="file">The file.</param>
    /// <param name="config">The configuration, where the file does not tell it; null to read it off the file.</param>
    /// <param name="lrn">The constants of the local response normalizations; null for those that the file tells, else the paper's.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or holds no VGG model.</exception>
    /// <exception cref="ArgumentException">The file does not tell the configuration, or contradicts the one that was given; the message says what to give.</exception>
    public static VggRecognition Of(WeightsFile file, VggConfig? config = null, LrnConstants? lrn = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        var recognition = config is null && ModelDescription.Read(file) is var (plan, seed)
            ? new VggRecognition(lrn is null ? plan : new VggPlan(plan.Config, plan.Options with { Lrn = lrn }), file.Tensors.Keys.ToDictionary(name => name), []) { Seed = seed, IsDescribed = true }
            : OfNames(file, config, lrn);

        // Checked before any memory is taken for the model: a description takes little in a file.
        var count = recognition.Plan.Layers.Aggregate(Int128.Zero, (sum, layer) => sum + layer.ParameterCount);
        return count <= file.Length ? recognition
            : throw new InvalidDataException($"{file.Path}: expected a model of {count} parameters, found only {file.Length} bytes.");
    }

    /// <summary>Recognises a state dictionary, whoever wrote it.</summary>
    /// <remarks>
    /// Names may have any prefix. Convolutions, batch normalizations and linear layers are matched by their order; numbers that are left out are poolings, a
    /// known configuration of other widths is recognised as such, and the first linear layer's width over the last channels gives the pooling of the head.
    /// </remarks>
    /// <param name="tensors">The names and shapes.</param>
    /// <param name="config">The configuration, where names and shapes do not tell it; null to read it off them.</param>
    /// <param name="lrn">The constants of the local response normalizations, which no file has; null for the paper's.</param>
    /// <exception cref="InvalidDataException">They are not those of a VGG model.</exception>
    /// <exception cref="ArgumentException">They do not tell the configuration, or contradict the one that was given; the message says what to give.</exception>
    public static VggRecognition Of(IEnumerable<(string Name, IReadOnlyList<long> Shape)> tensors, VggConfig? config = null, LrnConstants? lrn = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var layers = StateLayer.Group(tensors);
        var features = new FeatureReader(layers);
        var head = new HeadReader(layers, features.Channels);
        List<string> assumptions = [];
        if (config is null) config = features.Configuration(assumptions);
        else features.RequireConvolutionsOf(config);
        int poolings = config.Steps.Count(step => step.Kind == VggStepKind.MaxPool);
        var plan = new VggPlan(config, new VggOptions
        {
            BatchNorm = features.Norms.Count > 0,
            ConvolutionBias = features.HasBias,
            Classes = head.Classes,
            Head = head.Head(),
            InputChannels = features.Convolutions[0].Length(1),
            InputSize = Math.Max(UsualInputSize, 1 << Math.Min(poolings, 10)),
            Lrn = lrn ?? LrnConstants.Paper,
        });
        return new VggRecognition(plan, KeyMap(plan, features, head), assumptions);
    }

    private static VggRecognition OfNames(WeightsFile file, VggConfig? config, LrnConstants? lrn)
    {
        try
        {
            return Of(file.Tensors.Values.Where(tensor => !ModelState.IsOfTraining(tensor.Name)).Select(tensor => (tensor.Name, tensor.Shape)), config, lrn);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{file.Path}: {e.Message}", e);
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException($"{file.Path}: {e.Message}", e);
        }
    }

    private static Dictionary<string, string> KeyMap(VggPlan plan, FeatureReader features, HeadReader head)
    {
        Dictionary<string, string> keys = [];
        Add<Conv2dPlan>(features.Convolutions);
        Add<BatchNorm2dPlan>(features.Norms);
        Add<LinearPlan>(head.Linears);
        return keys;

        void Add<TPlan>(IEnumerable<StateLayer> layers)
            where TPlan : LayerPlan
        {
            foreach (var (planned, layer) in plan.Layers.OfType<TPlan>().Zip(layers))
            {
                foreach (string name in layer.Names) keys.Add($"{planned.Key}.{name}", $"{layer.Path}.{name}");
            }
        }
    }
}
