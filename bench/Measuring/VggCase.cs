using DeepSharp.Autograd;
using DeepSharp.Nn;
using DeepSharp.Tensors;
using DeepSharp.Vgg;

namespace DeepSharp.Bench.Measuring;

/// <summary>
/// A measurement of a whole network. Its name states training or inference, image size (cifar: 32×32, imagenet: 224×224), configuration,
/// batch normalization, and batch size.
/// </summary>
/// <param name="Name">For example <c>train-cifar-D-bn-128</c>.</param>
/// <param name="Trains">Whether a step is a training step (forward, loss, backward, optimizer); else it is the forward pass alone.</param>
/// <param name="Config">The letter of the configuration.</param>
/// <param name="BatchNorm">Whether the network has batch normalization.</param>
/// <param name="ImageNet">
/// Whether images have 224×224 pixels, with the ImageNet head and 1000 classes; else 32×32, with the compact head and 10 classes.
/// </param>
/// <param name="Batch">The number of images per step.</param>
public sealed record VggCase(string Name, bool Trains, char Config, bool BatchNorm, bool ImageNet, int Batch)
{
    /// <summary>All cases, in the order of the table.</summary>
    public static IReadOnlyList<VggCase> All { get; } =
    [
        new("train-cifar-A-bn-128", true, 'A', true, false, 128),
        new("train-cifar-D-bn-128", true, 'D', true, false, 128),
        new("infer-cifar-D-bn-128", false, 'D', true, false, 128),
        new("infer-cifar-D-bn-1", false, 'D', true, false, 1),
        new("infer-imagenet-D-1", false, 'D', false, true, 1),
        new("infer-imagenet-D-8", false, 'D', false, true, 8),
        new("train-imagenet-D-8", true, 'D', false, true, 8),
    ];

    /// <summary>The case with a given name.</summary>
    /// <exception cref="InvalidOperationException">There is no such case.</exception>
    public static VggCase Named(string name) => All.FirstOrDefault(vggCase => vggCase.Name == name)
        ?? throw new InvalidOperationException($"There is no case \"{name}\".");

    /// <summary>Height and width of the images.</summary>
    public int ImageSize => ImageNet ? 224 : 32;

    /// <summary>Creates the network, with random weights that are the same in every run.</summary>
    public VggModel<float> CreateModel(ComputeContext context)
    {
        var config = Config switch
        {
            'A' => VggConfig.A,
            'D' => VggConfig.D,
            _ => throw new InvalidOperationException($"{Name}: expected configuration A or D, found {Config}."),
        };
        var options = new VggOptions
        {
            BatchNorm = BatchNorm,
            Classes = ImageNet ? 1000 : 10,
            Head = ImageNet ? VggHead.ImageNet : VggHead.Compact,
        };
        var model = VggModel.Create<float>(config, options, seed: 1, context);
        // Initializes the weights now, so that the time of the first step does not include it.
        foreach (var parameter in model.Parameters()) _ = parameter.Value;
        return model;
    }

    /// <summary>Creates the step to time, on random images that are the same in every run.</summary>
    public Action Prepare(ComputeContext context)
    {
        var model = CreateModel(context);
        var images = Tensor<float>.RandomNormal([Batch, 3, ImageSize, ImageSize], new RandomStream(1, "images"), context: context);
        int[] labels = [.. Enumerable.Range(0, Batch).Select(i => i % model.Options.Classes)];
        // Without batch normalization, training on random images diverges within a few steps at the usual learning rate, and arithmetic
        // with infinities has a different speed.
        return Trains ? TrainingStep(model, images, labels, learningRate: BatchNorm ? 0.05 : 1e-3) : () => Infer(model, images);
    }

    private static Action TrainingStep(VggModel<float> model, Tensor<float> images, int[] labels, double learningRate)
    {
        var sgd = new Sgd<float>(model.Parameters(), learningRate, momentum: 0.9, weightDecay: 5e-4);
        return () =>
        {
            using var tape = new Tape<float>(Mode.Training);
            var loss = model.Forward(tape.Input(images)).CrossEntropy(labels);
            tape.Backward(loss);
            sgd.Step();
            if (!float.IsFinite(loss.Value.ToScalar())) throw new InvalidOperationException("The loss is not finite.");
        };
    }

    private static void Infer(VggModel<float> model, Tensor<float> images)
    {
        using var tape = new Tape<float>(Mode.Evaluation);
        _ = model.Forward(tape.Input(images));
    }
}
