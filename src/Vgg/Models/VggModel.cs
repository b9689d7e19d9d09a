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

    /// <summary>The model that a file was saved from, with its weights.</summary>
    /// <param name="path">A file that <see cref="Module{T}.Save"/> of a <see cref="VggModel{T}"/>, or a training, wrote.</param>
    /// <param name="context">Where its tensors live; null for the default.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or does not say which model it holds.</exception>
    public static VggModel<T> Load<T>(string path, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var file = WeightsFile.Open(path);
        return Load<T>(file, context);
    }

    /// <summary>As <see cref="Load{T}(string, ComputeContext?)"/>, from an open file.</summary>
    public static VggModel<T> Load<T>(WeightsFile file, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (plan, seed) = ModelDescription.Read(file);
        var model = new VggModel<T>(plan, Initialization.Zero, seed, context);
        model.Load(file);
        return model;
    }
}

/// <summary>A VGG network: convolutional features, adaptive average pooling, and a classifier, with torchvision's keys.</summary>
public sealed class VggModel<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Stage<T>[] stages;

    internal VggModel(VggPlan plan, Initialization initialization, long seed, ComputeContext? context)
    {
        Plan = plan;
        Seed = seed;
        Context = context ?? ComputeContext.Default;
        var source = new LayerSource(initialization, seed, Context);
        Features = AddChild("features", new Sequential<T>([.. plan.Features.Select(layer => layer.Build<T>(source))]));
        var pooling = AddChild("avgpool", new AdaptiveAveragePool2d<T>(plan.Options.Head.PoolSize, plan.Options.Head.PoolSize));
        Classifier = AddChild("classifier", new Sequential<T>([.. plan.Classifier.Select(layer => layer.Build<T>(source))]));
        stages = [new(Features), new(pooling), new(new Flatten<T>()), new(Classifier)];
    }

    /// <summary>The description of its layers.</summary>
    public VggPlan Plan { get; }

    /// <summary>The seed that its first weights and its dropout are drawn from.</summary>
    public long Seed { get; }

    /// <summary>Where its tensors live.</summary>
    public ComputeContext Context { get; }

    /// <summary>The convolutional part, from images [N, C, H, W] to maps.</summary>
    public Sequential<T> Features { get; }

    /// <summary>The linear part, from rows to logits; <c>Classifier.Forward(x, ..^1)</c> gives the penultimate layer.</summary>
    public Sequential<T> Classifier { get; }

    /// <summary>Whether runs of layers are computed as one operation, see <see cref="Sequential{T}.Fuse"/>.</summary>
    public bool Fuse
    {
        get => Features.Fuse;
        set => Features.Fuse = Classifier.Fuse = value;
    }

    /// <summary>Computes the logits [N, classes] of images [N, C, H, W].</summary>
    public override Variable<T> Forward(Variable<T> x) => Stage<T>.Run(stages, x);

    /// <inheritdoc/>
    protected internal override void Describe(IDictionary<string, string> metadata) => ModelDescription.Write(Plan, Seed, metadata);
}
