using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Formats;
using DeepSharp.Nn;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Creates and loads VGG models.</summary>
public static class VggModel
{
    /// <summary>Creates a model with weights initialized from a seed.</summary>
    /// <param name="config">The convolutional part: <see cref="VggConfig.A"/> to <see cref="VggConfig.E"/>, or a custom one.</param>
    /// <param name="options">Classes, head, batch normalization and so on; null for the defaults of <see cref="VggOptions"/>.</param>
    /// <param name="seed">The seed of the initial weights and of dropout.</param>
    /// <param name="context">The context of its tensors; null for the default.</param>
    /// <exception cref="ArgumentException">An option is invalid, or a weight would have too many elements.</exception>
    /// <exception cref="ShapeException">The configuration has too many poolings for the input size.</exception>
    public static VggModel<T> Create<T>(VggConfig config, VggOptions? options = null, long seed = 0, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        new VggDescription(config, options ?? new VggOptions(), seed).CreateModel<T>(context);

    /// <summary>Loads the model in a file, with its weights.</summary>
    /// <remarks>If the file does not describe its model, the model is recognized; see <see cref="VggRecognition"/>.</remarks>
    /// <param name="path">
    /// A file written by <see cref="Module{T}.Save"/> or by a training run, or a VGG network from another program: a state dictionary or an
    /// ONNX file.
    /// </param>
    /// <param name="context">The context of the model's tensors; null for the default.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or contains no VGG network.</exception>
    /// <exception cref="ArgumentException">
    /// Names and shapes do not determine the configuration. Pass it to
    /// <see cref="VggRecognition.Of(WeightsFile, VggConfig?, LrnConstants?, int?)"/>.
    /// </exception>
    public static VggModel<T> Load<T>(string path, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var file = WeightsFile.Open(path);
        return Load<T>(file, context);
    }

    /// <summary>Loads the model in an open file, as <see cref="Load{T}(string, ComputeContext?)"/> does.</summary>
    public static VggModel<T> Load<T>(WeightsFile file, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T> => Load<T>(VggRecognition.Of(file), context);

    /// <summary>Loads the model recognized in a file, with its weights.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or has other names or shapes than the model.</exception>
    public static VggModel<T> Load<T>(VggRecognition recognition, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(recognition);
        var model = recognition.Description.CreateModel<T>(context);
        try
        {
            model.Load(recognition.Weights);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Creates the model of a checkpoint, with its weights.</summary>
    /// <exception cref="InvalidDataException">The model is not a VGG network of this library.</exception>
    public static VggModel<T> CreateModel<T>(this TrainingCheckpoint checkpoint, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return VggDescription.Read(checkpoint.File) is not null
            ? Load<T>(checkpoint.File, context)
            : throw new InvalidDataException(
                $"{checkpoint.File.Path}: expected a VGG network of this library, found another model; create it and call Load.");
    }
}

/// <summary>A VGG network: convolutional features, adaptive average pooling, and a classifier, with torchvision's keys.</summary>
public sealed class VggModel<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ComputeContext? context;
    private readonly Flatten<T> flatten = new();
    private AdaptiveAveragePool2d<T> pooling;
    private Module<T>[]? chain;
    private bool isChainFused;

    internal VggModel(VggDescription description, ComputeContext? context)
    {
        VggLayers.Check(description);
        this.context = context;
        Description = description;
        Features = AddChild("features", VggLayers.Features<T>(description, context));
        pooling = AddChild("avgpool", VggLayers.Pooling<T>(description));
        Classifier = AddChild("classifier", VggLayers.Classifier<T>(description, context));
        var options = description.Options;
        _ = OutputShape([1, options.InputChannels, options.InputSize, options.InputSize]);
    }

    /// <summary>The description of the network.</summary>
    public VggDescription Description { get; private set; }

    /// <summary>The configuration of the convolutional part.</summary>
    public VggConfig Config => Description.Config;

    /// <summary>Classes, head, batch normalization and so on.</summary>
    public VggOptions Options => Description.Options;

    /// <summary>The convolutional part, from images [N, C, H, W] to maps.</summary>
    public Sequential<T> Features { get; }

    /// <summary>The linear part, from flattened maps to logits.</summary>
    public Sequential<T> Classifier { get; private set; }

    /// <inheritdoc/>
    public override string Kind => "VGG";

    /// <summary>Whether consecutive layers are computed as one operation; see <see cref="Sequential{T}.Fuse"/>.</summary>
    public bool Fuse
    {
        get => Features.Fuse;
        set => Features.Fuse = Classifier.Fuse = value;
    }

    /// <summary>Computes the logits [N, classes] of images [N, C, H, W].</summary>
    public override Variable<T> Forward(Variable<T> x) => Run(Chain(), x);

    /// <summary>
    /// Computes the input of the last linear layer, [N, F], for images [N, C, H, W]. These penultimate features can be used to compare
    /// images. F is the width of the last hidden layer, or the number of pooled features if there is none.
    /// </summary>
    public Variable<T> Penultimate(Variable<T> x)
    {
        var rows = Run(Chain().AsSpan()[..^1], x);
        return rows.Shape.Rank == 2 ? rows : flatten.Forward(rows);
    }

    /// <summary>
    /// Replaces the classifier, for other classes. The last layer is new. Each layer before it keeps its weights if the old classifier has
    /// a layer of the same kind and shape in its place. The old parameters are disposed; existing optimizers do not update the new ones.
    /// </summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="head">The head; null for the current one.</param>
    /// <param name="seed">The seed of the new weights, and of dropout from now on; null for the seed of the model.</param>
    /// <exception cref="ArgumentException">The number of classes or the head is invalid.</exception>
    public void ReplaceHead(int classes, VggHead? head = null, long? seed = null)
    {
        var options = Options with { Classes = classes, Head = head ?? Options.Head };
        var description = new VggDescription(Config, options, seed ?? Description.Seed);
        VggLayers.Check(description);
        var classifier = VggLayers.Classifier<T>(description, context);
        foreach (var (old, replacement) in Classifier.SkipLast(1).Zip(classifier.SkipLast(1)))
        {
            if (old.Kind == replacement.Kind) ShallowStart.TryCopy(old, replacement);
        }

        classifier.Fuse = Fuse;
        Description = description;
        Classifier = ReplaceChild("classifier", classifier);
        pooling = ReplaceChild("avgpool", VggLayers.Pooling<T>(description));
        chain = null;
    }

    /// <summary>
    /// Initializes layers from a shallower trained network, as in the VGG paper for its deeper networks (section 3.1). Copies its first
    /// convolutions, matched by their position between the poolings, and its linear layers, matched by their order, if the shapes are
    /// equal. Other layers do not change.
    /// </summary>
    /// <param name="trained">The shallower network, which is not changed.</param>
    /// <param name="convolutions">
    /// The number of convolutions to copy; four in the paper. If both networks have batch normalizations, those after them are copied too.
    /// </param>
    /// <returns>The keys of the copied layers.</returns>
    public IReadOnlyList<string> InitializeFrom(VggModel<T> trained, int convolutions = 4)
    {
        ArgumentNullException.ThrowIfNull(trained);
        return ShallowStart.Copy(trained, this, convolutions);
    }

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input, Mode mode = Mode.Evaluation) => Layers(input, mode).Last().Output;

    /// <inheritdoc/>
    public override void Describe(IDictionary<string, string> metadata) => Description.Write(metadata);

    /// <inheritdoc/>
    // Flattening is not a module of torchvision's network, so it is not among the children.
    protected override IEnumerable<(string Key, Module<T> Layer)> Sequence() =>
        SequenceOf([("features", Features), ("avgpool", pooling), ("flatten", flatten), ("classifier", Classifier)]);

    // Rebuilt if the head was replaced or Fuse has changed.
    private Module<T>[] Chain()
    {
        if (chain is not null && isChainFused == Fuse) return chain;
        Module<T>[] all = [.. Features, pooling, flatten, .. Classifier];
        isChainFused = Fuse;
        return chain = Fuse ? Fused(all) : all;
    }
}
