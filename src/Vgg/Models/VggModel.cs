using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Makes VGG models.</summary>
public static class VggModel
{
    /// <summary>A new model with weights drawn from a seed.</summary>
    /// <param name="config">The convolutional part: <see cref="VggConfig.A"/> to <see cref="VggConfig.E"/>, or one read from text.</param>
    /// <param name="options">Classes, head, batch normalization and so on; null for torchvision's.</param>
    /// <param name="seed">The seed of weights and dropout.</param>
    /// <param name="context">Where its tensors live; null for the default.</param>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    /// <exception cref="ShapeException">The configuration has more poolings than the image has pixels.</exception>
    public static VggModel<T> Create<T>(VggConfig config, VggOptions? options = null, long seed = 0, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        options ??= new VggOptions();
        return new VggModel<T>(new VggPlan(config, options), options.Initialization, seed, context);
    }

    /// <summary>The model that a file holds, with its weights.</summary>
    /// <remarks>What the file does not say about itself is read off its names and shapes, see <see cref="VggRecognition"/>.</remarks>
    /// <param name="path">A file that <see cref="Module{T}.Save"/> or a training wrote, or the state dictionary of a VGG network that somebody else wrote.</param>
    /// <param name="context">Where its tensors live; null for the default.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or holds no VGG network.</exception>
    /// <exception cref="ArgumentException">Names and shapes do not tell the configuration: give it to <see cref="VggRecognition.Of(WeightsFile, VggConfig?, LrnConstants?)"/>.</exception>
    public static VggModel<T> Load<T>(string path, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var file = WeightsFile.Open(path);
        return Load<T>(file, context);
    }

    /// <summary>As <see cref="Load{T}(string, ComputeContext?)"/>, from an open file.</summary>
    public static VggModel<T> Load<T>(WeightsFile file, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T> => Load<T>(file, VggRecognition.Of(file), context);

    /// <summary>The model that was recognised in a file, with its weights.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or has other names or shapes than the model.</exception>
    public static VggModel<T> Load<T>(WeightsFile file, VggRecognition recognition, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(recognition);
        var model = new VggModel<T>(recognition.Plan, Initialization.Zero, recognition.Seed, context);
        try
        {
            if (recognition.IsDescribed) model.Load(file);
            else ModelState.Load(model, file, recognition.Keys);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}

/// <summary>A VGG network: convolutional features, adaptive average pooling, and a classifier, with torchvision's keys.</summary>
public sealed class VggModel<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private Stage<T>[] stages;

    internal VggModel(VggPlan plan, Initialization initialization, long seed, ComputeContext? context)
    {
        Plan = plan;
        Seed = seed;
        Context = context ?? ComputeContext.Default;
        var source = new LayerSource(initialization, seed, Context);
        Features = AddChild("features", Build(plan.Features, source));
        var pooling = AddChild("avgpool", Pooling(plan));
        Classifier = AddChild("classifier", Build(plan.Classifier, source));
        stages = Stages(pooling);
    }

    /// <summary>The description of its layers.</summary>
    public VggPlan Plan { get; private set; }

    /// <summary>The seed that its first weights and its dropout are drawn from.</summary>
    public long Seed { get; private set; }

    /// <summary>Where its tensors live.</summary>
    public ComputeContext Context { get; }

    /// <summary>The convolutional part, from images [N, C, H, W] to maps.</summary>
    public Sequential<T> Features { get; }

    /// <summary>The linear part, from rows to logits.</summary>
    public Sequential<T> Classifier { get; private set; }

    /// <summary>Whether runs of layers are computed as one operation, see <see cref="Sequential{T}.Fuse"/>.</summary>
    public bool Fuse
    {
        get => Features.Fuse;
        set => Features.Fuse = Classifier.Fuse = value;
    }

    /// <summary>Computes the logits [N, classes] of images [N, C, H, W].</summary>
    public override Variable<T> Forward(Variable<T> x) => Stage<T>.Run(stages, x);

    /// <summary>
    /// Computes what the last linear layer reads, [N, F], of images [N, C, H, W]: the penultimate layer, by which images can be compared. F is the width of the
    /// last hidden layer, or the pooled features' where there is none.
    /// </summary>
    public Variable<T> Penultimate(Variable<T> x) => Classifier.Forward(Stage<T>.Run(stages.AsSpan(..^1), x), ..^1);

    /// <summary>
    /// Puts another classifier on the features, for other classes. Its last layer is new; layers before it that are the same as in the old one keep their
    /// weights. Optimizers made before still have the old parameters.
    /// </summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="head">The layers; null for the same as before.</param>
    /// <param name="seed">The seed of the new weights, and of dropout from now on; null for the model's.</param>
    /// <exception cref="ArgumentException">The head makes no sense.</exception>
    public void ReplaceHead(int classes, VggHead? head = null, long? seed = null)
    {
        var plan = new VggPlan(Plan.Config, Plan.Options with { Classes = classes, Head = head ?? Plan.Options.Head });
        long drawn = seed ?? Seed;
        var classifier = Build(plan.Classifier, new LayerSource(plan.Options.Initialization, drawn, Context));
        for (int i = 0; i < Math.Min(classifier.Count, Classifier.Count) - 1; i++)
        {
            if (plan.Classifier[i] == Plan.Classifier[i]) ShallowStart.TryCopy(Classifier[i], classifier[i]);
        }

        classifier.Fuse = Fuse;
        (Plan, Seed) = (plan, drawn);
        Classifier = ReplaceChild("classifier", classifier);
        stages = Stages(ReplaceChild("avgpool", Pooling(plan)));
    }

    /// <summary>
    /// Starts from a shallower net that was trained, as the paper did with its deeper nets (section 3.1): takes over its first convolutions, by their place
    /// between the poolings, and its linear layers, where they have the same shape. The others stay as they are.
    /// </summary>
    /// <param name="trained">The shallower net; it stays as it is.</param>
    /// <param name="convolutions">How many of its convolutions, with their batch normalizations; four in the paper.</param>
    /// <returns>The keys of the layers that were taken over.</returns>
    public IReadOnlyList<string> InitializeFrom(VggModel<T> trained, int convolutions = 4)
    {
        ArgumentNullException.ThrowIfNull(trained);
        return ShallowStart.Copy(trained, this, convolutions);
    }

    /// <inheritdoc/>
    protected internal override void Describe(IDictionary<string, string> metadata) => ModelDescription.Write(Plan, Seed, metadata);

    private static Sequential<T> Build(IEnumerable<LayerPlan> layers, LayerSource source) => new([.. layers.Select(layer => layer.Build<T>(source))]);

    private static AdaptiveAveragePool2d<T> Pooling(VggPlan plan) => new(plan.Options.Head.PoolSize, plan.Options.Head.PoolSize);

    private Stage<T>[] Stages(AdaptiveAveragePool2d<T> pooling) => [new(Features), new(pooling), new(new Flatten<T>()), new(Classifier)];
}
