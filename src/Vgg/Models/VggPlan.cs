using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>The layers of a VGG model, described but not made; keys and order are torchvision's.</summary>
/// <remarks>Counting the 143,678,248 parameters of VGG-19 with batch normalization takes no memory this way.</remarks>
public sealed class VggPlan
{
    /// <summary>Plans a model.</summary>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    /// <exception cref="ShapeException">The configuration has more poolings than the image has pixels.</exception>
    public VggPlan(VggConfig config, VggOptions options)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(options);
        Config = config;
        Options = options;
        RequirePositive(options.Classes, "classes");
        RequirePositive(options.InputChannels, "input channels");
        RequirePositive(options.InputSize, "pixels of the input size");
        RequirePositive(options.Head.PoolSize, "rows of the head's pooling");
        foreach (int hidden in options.Head.Hidden) RequirePositive(hidden, "elements of a hidden layer");
        RequirePositive(options.Lrn.Size, "channels in a window of local response normalization");
        if (options.Head.Dropout is not (>= 0 and < 1)) throw new ArgumentException($"The dropout of the head must be at least 0 and less than 1, found {options.Head.Dropout}.");
        Features = PlanFeatures(config, options);
        Classifier = PlanClassifier(config.Steps.Last(step => step.Kind == VggStepKind.Convolution).Channels, options);
        Layers = [.. Features, new AdaptiveAveragePool2dPlan("avgpool", options.Head.PoolSize), new FlattenPlan("flatten"), .. Classifier];
        _ = OutputShape([1, options.InputChannels, options.InputSize, options.InputSize]);
    }

    /// <summary>The convolutional part that was planned.</summary>
    public VggConfig Config { get; }

    /// <summary>The options that it was planned with.</summary>
    public VggOptions Options { get; }

    /// <summary>The layers <c>features.N</c>.</summary>
    public IReadOnlyList<LayerPlan> Features { get; }

    /// <summary>The layers <c>classifier.N</c>.</summary>
    public IReadOnlyList<LayerPlan> Classifier { get; }

    /// <summary>All layers: features, pooling, flattening, classifier.</summary>
    public IReadOnlyList<LayerPlan> Layers { get; }

    /// <summary>The number of trained elements.</summary>
    public long ParameterCount => Layers.Sum(layer => layer.ParameterCount);

    /// <summary>The shape of the model's output for images [N, C, H, W].</summary>
    /// <exception cref="ShapeException">The model cannot take them; the message names the layer.</exception>
    public Shape OutputShape(Shape input) => Layers.Aggregate(input, (shape, layer) => layer.OutputShape(shape));

    private static List<LayerPlan> PlanFeatures(VggConfig config, VggOptions options)
    {
        List<LayerPlan> layers = [];
        string NextKey() => $"features.{layers.Count}";
        int channels = options.InputChannels;
        foreach (var step in config.Steps)
        {
            switch (step.Kind)
            {
                case VggStepKind.Convolution:
                    layers.Add(new Conv2dPlan(NextKey(), channels, step.Channels, step.KernelSize, step.Padding, options.ConvolutionBias));
                    channels = step.Channels;
                    if (options.BatchNorm) layers.Add(new BatchNorm2dPlan(NextKey(), channels));
                    layers.Add(new ReluPlan(NextKey()));
                    break;
                case VggStepKind.MaxPool:
                    layers.Add(new MaxPool2dPlan(NextKey(), Window: 2, Stride: 2));
                    break;
                default:
                    layers.Add(new LocalResponseNormPlan(NextKey(), options.Lrn));
                    break;
            }
        }

        return layers;
    }

    private static List<LayerPlan> PlanClassifier(int channels, VggOptions options)
    {
        List<LayerPlan> layers = [];
        string NextKey() => $"classifier.{layers.Count}";
        int width = checked(channels * options.Head.PoolSize * options.Head.PoolSize);
        foreach (int hidden in options.Head.Hidden)
        {
            if (options.Head.DropoutFirst) AddDropout();
            layers.Add(new LinearPlan(NextKey(), width, hidden));
            layers.Add(new ReluPlan(NextKey()));
            if (!options.Head.DropoutFirst) AddDropout();
            width = hidden;
        }

        layers.Add(new LinearPlan(NextKey(), width, options.Classes));
        return layers;

        void AddDropout()
        {
            if (options.Head.Dropout > 0) layers.Add(new DropoutPlan(NextKey(), options.Head.Dropout));
        }
    }

    private static void RequirePositive(int value, string what)
    {
        if (value < 1) throw new ArgumentException($"The number of {what} must be at least 1, found {value}.");
    }
}
