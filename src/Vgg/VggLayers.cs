using System.Numerics;
using DeepSharp.Nn;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Creates the layers of a VGG network in torchvision's order, so that they have torchvision's keys.</summary>
internal static class VggLayers
{
    /// <summary>Throws if an option of a network is invalid.</summary>
    /// <exception cref="ArgumentException">An option is invalid.</exception>
    public static void Check(VggDescription description)
    {
        ArgumentNullException.ThrowIfNull(description.Config);
        ArgumentNullException.ThrowIfNull(description.Options);
        var options = description.Options;
        RequirePositive(options.Classes, "classes");
        RequirePositive(options.InputChannels, "input channels");
        RequirePositive(options.InputSize, "pixels of the input size");
        RequirePositive(options.Head.PoolSize, "rows of the head's pooling");
        foreach (int hidden in options.Head.Hidden) RequirePositive(hidden, "elements of a hidden layer");
        RequirePositive(options.Lrn.Size, "channels in a window of local response normalization");
        if (options.Head.Dropout is not (>= 0 and < 1))
        {
            throw new ArgumentException(
                $"The dropout of the head must be at least 0 and less than 1, found {options.Head.Dropout}.", nameof(description));
        }

        if (RowLength(description) > int.MaxValue)
        {
            throw new ArgumentException(
                $"The maps that the head reads have {RowLength(description)} elements, at most {int.MaxValue} are possible.",
                nameof(description));
        }
    }

    /// <summary>The layers <c>features.N</c>.</summary>
    public static Sequential<T> Features<T>(VggDescription description, ComputeContext? context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var options = description.Options;
        List<Module<T>> layers = [];
        int channels = options.InputChannels;
        foreach (var step in description.Config.Steps)
        {
            switch (step.Kind)
            {
                case VggStepKind.Convolution:
                    var random = Random(description, "initialization", $"features.{layers.Count}");
                    layers.Add(new Conv2d<T>(
                        channels, step.Channels, step.KernelSize, random, stride: 1, step.Padding,
                        options.ConvolutionBias, options.Initialization, context));
                    channels = step.Channels;
                    if (options.BatchNorm) layers.Add(new BatchNorm2d<T>(channels, context: context));
                    layers.Add(new Relu<T>());
                    break;
                case VggStepKind.MaxPool: layers.Add(new MaxPool2d<T>(window: 2)); break;
                default: layers.Add(new LocalResponseNorm<T>(options.Lrn)); break;
            }
        }

        return new Sequential<T>([.. layers]);
    }

    /// <summary>The layer <c>avgpool</c>.</summary>
    public static AdaptiveAveragePool2d<T> Pooling<T>(VggDescription description)
        where T : unmanaged, IFloatingPointIeee754<T> => new(description.Options.Head.PoolSize, description.Options.Head.PoolSize);

    /// <summary>The layers <c>classifier.N</c>.</summary>
    public static Sequential<T> Classifier<T>(VggDescription description, ComputeContext? context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (options, head) = (description.Options, description.Options.Head);
        List<Module<T>> layers = [];
        int width = (int)RowLength(description);
        foreach (int hidden in head.Hidden)
        {
            if (head.DropoutFirst) AddDropout();
            AddLinear(hidden);
            layers.Add(new Relu<T>());
            if (!head.DropoutFirst) AddDropout();
        }

        AddLinear(options.Classes);
        return new Sequential<T>([.. layers]);

        void AddLinear(int outputs)
        {
            var random = Random(description, "initialization", $"classifier.{layers.Count}");
            layers.Add(new Linear<T>(width, outputs, random, initialization: options.Initialization, context: context));
            width = outputs;
        }

        void AddDropout()
        {
            if (head.Dropout > 0) layers.Add(new Dropout<T>(head.Dropout, Random(description, "dropout", $"classifier.{layers.Count}")));
        }
    }

    /// <summary>The number of elements that the first linear layer reads for an image: all pixels of all channels.</summary>
    private static Int128 RowLength(VggDescription description)
    {
        Int128 size = description.Options.Head.PoolSize;
        return size * size * description.Config.Steps.Last(step => step.Kind == VggStepKind.Convolution).Channels;
    }

    private static RandomStream Random(VggDescription description, string purpose, string key) => new(description.Seed, $"{purpose}/{key}");

    private static void RequirePositive(int value, string what)
    {
        if (value < 1) throw new ArgumentException($"The number of {what} must be at least 1, found {value}.", nameof(value));
    }
}
