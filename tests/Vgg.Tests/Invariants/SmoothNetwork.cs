namespace DeepSharp.Vgg.Tests.Invariants;

/// <summary>A small VGG network in double and images at which it is smooth, so that central differences match its gradients.</summary>
internal sealed class SmoothNetwork : IDisposable
{
    private SmoothNetwork(VggModel<double> model, Tensor<double> images) => (Model, Images) = (model, images);

    public VggModel<double> Model { get; }

    public Tensor<double> Images { get; }

    /// <summary>The parameters on which the output depends.</summary>
    /// <remarks>
    /// A batch normalization cancels the bias of the convolution before it. The gradient of that bias is 0, and central differences
    /// measure only rounding errors.
    /// </remarks>
    public IEnumerable<(string Name, Parameter<double> Parameter)> Parameters => Model.NamedParameters().Where(named =>
        !(Model.Options.BatchNorm
            && Model.Features.Index().Any(layer => layer.Item is Conv2d<double> && named.Name == $"features.{layer.Index}.bias")));

    /// <summary>Draws weights and images from <paramref name="seed"/>, then from the next seeds, until the network is smooth.</summary>
    public static SmoothNetwork Find(string config, VggOptions options, Shape images, long seed)
    {
        for (; ; seed++)
        {
            var network = Draw(VggConfig.Parse(config), options, images, seed);
            if (network.IsSmooth()) return network;
            network.Dispose();
        }
    }

    /// <summary>Computes the logits. Dropout drops the same elements each time.</summary>
    public Variable<double> Forward(Tape<double> tape)
    {
        foreach (var (_, position) in Model.Positions()) position.Integer = 0;
        return Model.Forward(tape.Input(Images));
    }

    public void Dispose()
    {
        Model.Dispose();
        Images.Dispose();
    }

    private static SmoothNetwork Draw(VggConfig config, VggOptions options, Shape shape, long seed)
    {
        var model = VggModel.Create<double>(config, options, seed, TestContexts.Default);
        foreach (var (name, parameter) in model.NamedParameters())
        {
            // The weights preserve the scale of the signal. The biases are nonzero, unlike in a new model, so that each affects the output.
            var (mean, deviation) = parameter.Shape.Rank == 1
                ? (0.3, 0.5)
                : (0, Math.Sqrt(2.0 * parameter.Shape[0] / parameter.Shape.ElementCount));
            using var values = Tensor<double>.RandomNormal(
                parameter.Shape, new RandomStream(seed, name), mean, deviation, TestContexts.Default);
            parameter.Value.CopyFrom(values);
        }

        return new(model, Tensor<double>.RandomNormal(shape, new RandomStream(seed, "images"), context: TestContexts.Default));
    }

    /// <summary>
    /// Whether each input of a ReLU differs from 0, and each nonzero maximum of a pooling window from the second largest element, by at
    /// least <see cref="TestValues.Distance"/>.
    /// </summary>
    private bool IsSmooth()
    {
        using var tape = new Tape<double>(Mode.Training);
        var maps = tape.Input(Images);
        for (int i = 0; i < Model.Features.Count; i++)
        {
            if (Model.Features[i] is Relu<double> && !IsAwayFromZero(Input(Model.Features, maps, i))) return false;
            if (Model.Features[i] is MaxPool2d<double> && !HasClearMaxima(Input(Model.Features, maps, i))) return false;
        }

        int poolSize = Model.Options.Head.PoolSize;
        var rows = Model.Features.Forward(maps).AdaptiveAveragePool2d(poolSize, poolSize).Flatten();
        for (int i = 0; i < Model.Classifier.Count; i++)
        {
            if (Model.Classifier[i] is Relu<double> && !IsAwayFromZero(Input(Model.Classifier, rows, i))) return false;
        }

        return true;
    }

    /// <summary>Computes the input of a layer. Dropout before the layer drops the same elements as in <see cref="Forward"/>.</summary>
    private Tensor<double> Input(Sequential<double> layers, Variable<double> x, int layer)
    {
        foreach (var (_, position) in Model.Positions()) position.Integer = 0;
        return layers.Forward(x, ..layer).Value;
    }

    private static bool IsAwayFromZero(Tensor<double> values) => values.ToArray().All(value => Math.Abs(value) >= TestValues.Distance);

    private static bool HasClearMaxima(Tensor<double> maps)
    {
        Span<double> window = stackalloc double[4];
        for (int n = 0; n < maps.Shape[0]; n++)
        {
            for (int c = 0; c < maps.Shape[1]; c++)
            {
                for (int y = 0; y + 1 < maps.Shape[2]; y += 2)
                {
                    for (int x = 0; x + 1 < maps.Shape[3]; x += 2)
                    {
                        for (int i = 0; i < window.Length; i++) window[i] = maps[n, c, y + (i / 2), x + (i % 2)];
                        window.Sort();
                        // A maximum of 0 is allowed: such outputs of a ReLU are equal, but stay 0 when the input changes slightly.
                        if (window[3] > 0 && window[3] - window[2] < TestValues.Distance) return false;
                    }
                }
            }
        }

        return true;
    }
}
