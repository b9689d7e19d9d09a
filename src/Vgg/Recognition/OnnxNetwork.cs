using System.Globalization;
using DeepSharp.Formats;
using DeepSharp.Nn;

namespace DeepSharp.Vgg;

/// <summary>
/// Recognizes a VGG network by the nodes of a graph, which show more than names do: poolings, paddings, and folded batch normalizations.
/// </summary>
/// <remarks>
/// The nodes must form a chain with the operators and attributes of a network of this library. Any other graph is refused with an error
/// that names the node, because its weights would compute something else here. Dropouts, identities, and nodes that compute the shape for
/// flattening are skipped.
/// </remarks>
internal sealed class OnnxNetwork
{
    // The operators that are compared with those of an exported network of this library.
    private static readonly string[] Compared = ["Conv", "BatchNormalization", "Relu", "MaxPool", "LRN", "Gemm"];

    private readonly OnnxFile file;
    private readonly List<OnnxNode> chain = [], linears = [];
    private readonly List<VggStep> steps = [];
    private readonly List<StoredTensor> found = [];
    private int features;
    private bool isPooled;

    /// <summary>Reads the nodes.</summary>
    /// <exception cref="InvalidDataException">The graph is not a VGG network, or its weights cannot be read.</exception>
    public OnnxNetwork(OnnxFile file)
    {
        this.file = file;
        string? last = null;
        foreach (var node in file.Nodes)
        {
            if (node.Outputs.Count == 0) throw node.Refusal("an output");
            if (file.IsConstant(node.Outputs[0])) continue;
            if (node.Operator is "Constant" or "Shape" or "Gather" or "Unsqueeze" or "Concat" or "Slice" or "Cast") continue;
            if (node.Inputs.Count == 0) throw node.Refusal("an input");
            if (last is not null && node.Inputs[0] != last)
                throw node.Refusal($"the input \"{last}\", as in a chain of layers, found \"{node.Inputs[0]}\"");
            last = node.Outputs[0];
            Add(node);
        }

        AddLinears();
        if (!steps.Exists(step => step.Kind == VggStepKind.Convolution))
            throw new InvalidDataException("not a VGG network: there is no convolution.");
        try
        {
            Config = VggConfig.Parse(string.Join(',', steps));
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"not a VGG network: {e.Reason()}", e);
        }
    }

    /// <summary>The configuration that the nodes describe.</summary>
    public VggConfig Config { get; }

    /// <summary>The constants of local response normalizations; null if there are none.</summary>
    public LrnConstants? Lrn { get; private set; }

    /// <summary>The weights, with keys in the order of the nodes.</summary>
    public IReadOnlyList<StoredTensor> Tensors => found;

    /// <summary>Throws unless the nodes have the same operators as an export of the described network.</summary>
    /// <exception cref="InvalidDataException">A node is missing or superfluous, or has another operator.</exception>
    public void RequireOperatorsOf(VggDescription description)
    {
        using var model = description.CreateModel<float>();
        int size = description.Options.InputSize;
        using var graph = OnnxExporter.Export(model, [1, description.Options.InputChannels, size, size], foldBatchNorm: false);
        OnnxNode[] expected = [.. graph.Nodes.Where(node => Compared.Contains(node.Operator))];
        for (int i = 0; i < chain.Count; i++)
        {
            bool isFinalSoftmax = i == expected.Length && i == chain.Count - 1 && chain[i].Operator is "Softmax" or "LogSoftmax";
            if (isFinalSoftmax || (i < expected.Length && chain[i].Operator == expected[i].Operator)) continue;
            string what = i < expected.Length ? $"a {expected[i].Operator} as {expected[i].Name}" : "the end";
            throw new InvalidDataException($"not a VGG network: expected {what}, found the node {chain[i]}.");
        }

        if (chain.Count < expected.Length)
        {
            var missing = expected[chain.Count];
            throw new InvalidDataException($"not a VGG network: expected a {missing.Operator} as {missing.Name}, found the end.");
        }
    }

    private void Add(OnnxNode node)
    {
        switch (node.Operator)
        {
            case "Conv": AddConvolution(node); break;
            case "BatchNormalization": AddNorm(node); break;
            case "MaxPool": AddMaxPool(node); break;
            case "LRN": AddLocalResponseNorm(node); break;
            case "Gemm": AddLinear(node); break;
            case "Dropout" or "Identity": break;
            case "Pad":
                // PyTorch writes a Pad node before every average pooling, even if nothing is padded.
                node.Require("pads", 0);
                if (node.Inputs.Count > 1 && !file.IsZero(node, 1)) throw node.Refusal("no padding");
                break;
            case "Flatten" or "Reshape" or "GlobalAveragePool" or "ReduceMean": isPooled = true; break;
            case "AveragePool":
                // The windows must be adjacent, as in an adaptive pooling whose output size divides its input size.
                if (!node.Integers("kernel_shape").SequenceEqual(node.Integers("strides", 1, 1)))
                    throw node.Refusal("strides equal to its kernel_shape");
                node.Require("pads", 0);
                isPooled = true;
                break;
            // A final Softmax or LogSoftmax is accepted and ignored: here the output of the network is logits.
            case "Relu" or "Softmax" or "LogSoftmax": chain.Add(node); break;
            default: throw new InvalidDataException($"not a VGG network: it has a node {node}.");
        }
    }

    private void AddConvolution(OnnxNode node)
    {
        var weight = AddFeature(node, ["weight", "bias"], min: 1);
        if (weight.Shape is not [var channels, _, var kernel, _])
            throw node.Refusal($"weights [O, I, k, k], found [{string.Join(", ", weight.Shape)}]");
        long padding = node.Integers("pads") is [var first, ..] ? first : 0;
        node.Require("pads", padding);
        node.Require("strides", 1);
        node.Require("dilations", 1);
        node.Require("group", 1);
        string automatic = node.Text("auto_pad", "NOTSET");
        if (automatic is "SAME_UPPER" or "SAME_LOWER" && kernel % 2 == 1) padding = (kernel - 1) / 2;
        else if (automatic is not ("NOTSET" or "VALID")) throw node.Refusal($"auto_pad NOTSET, found {automatic}");
        if (channels > int.MaxValue || kernel > int.MaxValue || padding is < 0 or > int.MaxValue)
            throw node.Refusal($"channels, kernel and padding from 0 to {int.MaxValue}, found {channels}, {kernel} and {padding}");
        steps.Add(VggStep.Convolution((int)channels, (int)kernel, (int)padding));
    }

    private void AddNorm(OnnxNode node)
    {
        node.Require("epsilon", 1e-5f);
        AddFeature(node, ["weight", "bias", "running_mean", "running_var"], min: 4);
    }

    private void AddMaxPool(OnnxNode node)
    {
        RequireFeature(node);
        if (!node.Integers("kernel_shape").SequenceEqual([2, 2]) || !node.Integers("strides", 1, 1).SequenceEqual([2, 2]))
            throw node.Refusal("windows of 2×2 with stride 2");
        node.Require("pads", 0);
        node.Require("dilations", 1);
        node.Require("ceil_mode", 0);
        if (node.Text("auto_pad", "NOTSET") is not ("NOTSET" or "VALID")) throw node.Refusal("no padding");
        steps.Add(VggStep.MaxPool);
    }

    private void AddLocalResponseNorm(OnnxNode node)
    {
        RequireFeature(node);
        var constants = new LrnConstants
        {
            Size = (int)Math.Clamp(node.Integer("size", 0), 0, int.MaxValue),
            Alpha = node.Float("alpha", 1e-4f),
            Beta = node.Float("beta", 0.75f),
            K = node.Float("bias", 1),
            DivideAlphaBySize = true,
        };
        if ((Lrn ??= constants) != constants) throw node.Refusal("the constants of the LRN before it");
        steps.Add(VggStep.LocalResponseNorm);
    }

    private void AddLinear(OnnxNode node)
    {
        node.Require("alpha", 1f);
        node.Require("beta", 1f);
        node.Require("transA", 0);
        isPooled = true;
        chain.Add(node);
        linears.Add(node);
    }

    /// <summary>Names the linear layers by the numbers in their names, which show where dropouts were, or else by their order.</summary>
    private void AddLinears()
    {
        int[] numbers = [.. linears.Select(LayerNumber)];
        bool areNumbered = !numbers.Contains(-1) && numbers.Zip(numbers.Skip(1)).All(pair => pair.First < pair.Second);
        foreach (var (i, node) in linears.Index())
        {
            string path = $"classifier.{(areNumbered ? numbers[i] : i)}";
            var weight = file.Constant(node, 1);
            if (weight.Shape is not [var rows, var columns])
                throw node.Refusal($"weights of two dimensions, found [{string.Join(", ", weight.Shape)}]");
            bool isTransposed = node.Integer("transB", 0) != 0;
            var matrix = isTransposed ? weight : weight with { Shape = [columns, rows], Strides = [1, columns] };
            found.Add(matrix with { Name = $"{path}.weight" });
            if (node.Inputs.Count > 2) found.Add(file.Constant(node, 2) with { Name = $"{path}.bias" });
        }
    }

    private static int LayerNumber(OnnxNode linear) =>
        linear.Inputs.ElementAtOrDefault(1)?.Split('.') is [.., var number, "weight"]
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int result) ? result : -1;

    // Adds the constants that a layer of the convolutional part reads: all its inputs but the first.
    private StoredTensor AddFeature(OnnxNode node, string[] names, int min)
    {
        RequireFeature(node);
        string path = $"features.{features++}";
        for (int i = 0; i < Math.Max(min, Math.Min(names.Length, node.Inputs.Count - 1)); i++)
            found.Add(file.Constant(node, i + 1) with { Name = $"{path}.{names[i]}" });
        return file.Constant(node, 1);
    }

    private void RequireFeature(OnnxNode node)
    {
        if (isPooled) throw node.Refusal("a position before the averaging and the linear layers");
        chain.Add(node);
    }
}
