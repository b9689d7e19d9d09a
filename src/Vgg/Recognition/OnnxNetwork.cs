using DeepSharp.Formats;
using DeepSharp.Nn;

namespace DeepSharp.Vgg;

/// <summary>
/// Recognizes a VGG network by the nodes of a graph. They show more than names do, for instance poolings and paddings.
/// </summary>
internal sealed class OnnxNetwork
{
    // Stands for any number of images. It is a prime that is unlikely to be a factor of another length.
    private const long AnyImages = 7919;
    private const int MinOperatorSet = 7;

    // Sizes that are tried, the usual ones first, if the graph does not state the size of its images.
    private static readonly int[] UsualSizes = [32, 224, 28, 64, .. Enumerable.Range(1, 512)];

    private readonly List<StoredTensor> found = [];

    private OnnxNetwork(OnnxMaps scores)
    {
        Config = VggConfig.Parse(string.Join(',', scores.Features.Select(feature => feature.Step)));
        Lrn = scores.Lrn;
        AddFeatures(scores);
        AddLinears(scores);
    }

    /// <summary>The configuration that the nodes describe.</summary>
    public VggConfig Config { get; }

    /// <summary>The constants of local response normalizations; null if there are none.</summary>
    public LrnConstants? Lrn { get; }

    /// <summary>The larger one of the height and the width of the images.</summary>
    public required int InputSize { get; init; }

    /// <summary>The properties that the graph does not determine, with the values assumed for them.</summary>
    public required IReadOnlyList<string> Assumptions { get; init; }

    /// <summary>The weights, with keys in the order of the nodes.</summary>
    public IReadOnlyList<StoredTensor> Tensors => found;

    /// <summary>Recognizes the network.</summary>
    /// <exception cref="InvalidDataException">The graph is not a VGG network, or its weights cannot be read.</exception>
    public static OnnxNetwork Of(OnnxFile file)
    {
        var nodes = Needed(file);
        // Before, Dropout and BatchNormalization were in training mode by default.
        if (file.OperatorSet < MinOperatorSet)
        {
            throw new InvalidDataException(
                $"expected at least version {MinOperatorSet} of ONNX's operator set, found {file.OperatorSet}; export the network again.");
        }

        if (nodes.FirstOrDefault(node => node.Operator == "Conv") is not { } first)
            throw new InvalidDataException("not a VGG network: there is no convolution.");
        OnnxValueInfo[] inputs = [.. file.Inputs.Where(input => nodes.Exists(node => node.Inputs.Contains(input.Name)))];
        if (inputs is not [var images] || images.Shape is { Count: not 4 })
        {
            throw new InvalidDataException(
                $"not a VGG network: expected one input of four axes, found {string.Join(", ", inputs.AsEnumerable())}.");
        }

        bool isChannelsLast = nodes.Exists(node => node.Operator == "Transpose" && node.Inputs.ElementAtOrDefault(0) == images.Name);
        long channels = file.IsConstant(first.Inputs.ElementAtOrDefault(1) ?? "")
            && file.Constant(first, 1).Shape is [_, var read, _, _] ? read : 3;
        InvalidDataException? error = null;
        foreach (var layout in Layouts(images, isChannelsLast))
        {
            foreach (int size in layout.IsSizeFree ? UsualSizes : [0])
            {
                try
                {
                    return Of(file, nodes, images, layout, channels, size);
                }
                catch (InvalidDataException e)
                {
                    error ??= e;
                }
            }
        }

        throw error!;
    }

    private static OnnxNetwork Of(
        OnnxFile file, IReadOnlyList<OnnxNode> nodes, OnnxValueInfo images, Layout layout, long channels, int size)
    {
        var known = layout.Known;
        long[] shape = [known[0] ?? AnyImages, known[1] ?? channels, known[2] ?? size, known[3] ?? size];
        if (shape.Any(length => length > int.MaxValue))
            throw new InvalidDataException($"not a VGG network: expected images of at most {int.MaxValue} pixels, found {images}.");
        var scores = Scores(file, OnnxInterpreter.Run(file, nodes, images, AxisGroups.Of(shape, [.. layout.Order])), known[0]);
        List<string> assumptions = [];
        if (layout.Order[1] != Axis.Channel && layout.IsStatedAsChannelsFirst)
            assumptions.Add($"images [N, H, W, C], because the graph transposes them, although it states {images}");
        if (layout.IsSizeFree) assumptions.Add($"images of {shape[2]}×{shape[3]} pixels, because the graph does not state their size");
        else if (shape[2] != shape[3]) assumptions.Add($"square images, although the graph states {shape[2]}×{shape[3]} pixels");
        return new OnnxNetwork(scores) { InputSize = (int)Math.Max(shape[2], shape[3]), Assumptions = assumptions };
    }

    // The images are [N, C, H, W], or [N, H, W, C] in graphs of Keras and TensorFlow. Some of those state the shape [N, C, H, W].
    private static IEnumerable<Layout> Layouts(OnnxValueInfo images, bool isChannelsLast)
    {
        Axis[] first = Enum.GetValues<Axis>(), last = [Axis.Image, Axis.Row, Axis.Column, Axis.Channel];
        var lengths = images.Shape ?? [null, null, null, null];
        if (!isChannelsLast) yield return new Layout(first, lengths, IsStatedAsChannelsFirst: true);
        yield return new Layout(last, [lengths[0], lengths[3], lengths[1], lengths[2]], IsStatedAsChannelsFirst: false);
        if (isChannelsLast) yield return new Layout(last, lengths, IsStatedAsChannelsFirst: true);
    }

    /// <summary>Whether the nodes of a file are those that an export of a network writes.</summary>
    public static bool IsExportOf(OnnxFile file, VggDescription description)
    {
        if (file.Inputs is not [{ Name: OnnxGraph.Input, Shape: [_, { } channels, { } height, { } width] }]
            || file.Outputs is not [{ Name: OnnxGraph.Output }])
        {
            return false;
        }

        if (channels != description.Options.InputChannels || height > int.MaxValue || width > int.MaxValue) return false;
        try
        {
            using var model = description.CreateModel<float>();
            using var graph = OnnxExporter.Export(model, [1, (int)channels, (int)height, (int)width], foldBatchNorm: false);
            return graph.Nodes.Count == file.Nodes.Count && graph.Nodes.Zip(file.Nodes).All(pair => AreEqual(pair.First, pair.Second));
        }
        catch (ArgumentException)
        {
            return false;
        }

        bool AreEqual(OnnxNode exported, OnnxNode stored) =>
            exported.Operator == stored.Operator && exported.Inputs.SequenceEqual(stored.Inputs)
            && (exported.Outputs.SequenceEqual(stored.Outputs) || stored.Outputs is [OnnxGraph.Output])
            && exported.Attributes.Count == stored.Attributes.Count
            && exported.Attributes.Zip(stored.Attributes).All(pair => pair.First.HasValueOf(pair.Second));
    }

    // The nodes that the outputs depend on, in the order of the file, which is the order of execution.
    private static List<OnnxNode> Needed(OnnxFile file)
    {
        if (file.Outputs.Count == 0) throw new InvalidDataException("not a VGG network: the graph has no output.");
        Dictionary<string, OnnxNode> writers = [];
        foreach (var node in file.Nodes)
        {
            if (node.Outputs.Count == 0) throw node.Refusal("an output");
            foreach (string name in node.Outputs.Where(name => name.Length > 0))
            {
                if (!writers.TryAdd(name, node)) throw node.Refusal($"an output that no other node has, found \"{name}\"");
            }
        }

        HashSet<OnnxNode> needed = new(ReferenceEqualityComparer.Instance);
        Stack<string> left = new(file.Outputs.Select(output => output.Name));
        while (left.TryPop(out string? name))
        {
            if (!writers.TryGetValue(name, out var node) || !needed.Add(node)) continue;
            foreach (string input in node.Inputs) left.Push(input);
        }

        return [.. file.Nodes.Where(needed.Contains)];
    }

    // All outputs must be the scores, or the probabilities that a Softmax makes of them.
    private static OnnxMaps Scores(OnnxFile file, IReadOnlyList<OnnxMaps> outputs, long? images)
    {
        var scores = outputs[0];
        foreach (var (output, value) in file.Outputs.Zip(outputs))
        {
            if (value.Linears.IsEmpty) throw new InvalidDataException("not a VGG network: there is no linear layer.");
            if (value.WithoutRelu is null)
                throw new InvalidDataException($"not a VGG network: expected the output {output} to be scores, found a Relu after them.");
            if (!ReferenceEquals(value.WithoutRelu, scores.WithoutRelu) || !ReferenceEquals(value.Linears, scores.Linears))
                throw new InvalidDataException($"not a VGG network: expected one output, found {output} beside {file.Outputs[0]}.");
            var shape = value.Axes.Shape;
            bool isStated = output.Shape is null || (output.Shape.Count == shape.Count && output.Shape.Zip(shape).Index().All(axis =>
                axis.Item.First is null || axis.Item.First == axis.Item.Second || (axis.Index == 0 && images is null)));
            if (!value.Axes.AreRows || !isStated)
            {
                throw new InvalidDataException(
                    $"not a VGG network: expected the output {output} to be [N, {shape[^1]}], found [{string.Join(", ", shape)}].");
            }
        }

        return scores;
    }

    private void AddFeatures(OnnxMaps scores)
    {
        OnnxFeature[] convolutions = [.. scores.Features.Where(feature => feature.Weight is not null)];
        bool hasNorms = convolutions.Any(feature => feature.Norm is not null);
        bool hasBias = convolutions.Any(feature => feature.Bias is not null);
        int number = 0;
        foreach (var feature in convolutions)
        {
            if (hasNorms && feature.Norm is null)
                throw feature.Node.Refusal("a batch normalization after it, as the other convolutions have");
            Add($"features.{number++}", feature.Weight!, hasBias ? feature.Bias ?? Zeros(feature.Weight!) : null);
            if (feature.Norm is not [var scale, var shift, var mean, var variance]) continue;
            string path = $"features.{number++}";
            Add(path, scale, shift);
            found.Add(mean with { Name = $"{path}.running_mean" });
            found.Add(variance with { Name = $"{path}.running_var" });
        }
    }

    // The numbers of the layers show where dropouts were. If the layers have no increasing numbers, they are numbered in order.
    private void AddLinears(OnnxMaps scores)
    {
        int?[] numbers = [.. scores.Linears.Select(linear => linear.Number)];
        bool areNumbered = !numbers.Contains(null) && numbers.Zip(numbers.Skip(1)).All(pair => pair.First < pair.Second);
        foreach (var (i, linear) in scores.Linears.Index())
            Add($"classifier.{(areNumbered ? numbers[i] : i)}", linear.Weight, linear.Bias ?? Zeros(linear.Weight));
    }

    private void Add(string path, StoredTensor weight, StoredTensor? bias)
    {
        found.Add(weight with { Name = $"{path}.weight" });
        if (bias is not null) found.Add(bias with { Name = $"{path}.bias" });
    }

    private static StoredTensor Zeros(StoredTensor weight) => StoredTensor.Zeros("", weight.Shape[0]);

    /// <summary>A layout of the images.</summary>
    /// <param name="Order">The order of the axes.</param>
    /// <param name="Known">The lengths that the graph states for the axes [N, C, H, W].</param>
    /// <param name="IsStatedAsChannelsFirst">Whether the graph states them in this order.</param>
    private sealed record Layout(Axis[] Order, IReadOnlyList<long?> Known, bool IsStatedAsChannelsFirst)
    {
        public bool IsSizeFree => Known[2] is null || Known[3] is null;
    }
}
