using System.Globalization;

namespace DeepSharp.Vgg;

/// <summary>Recognises a VGG network by the nodes of a graph, which tell more than names: poolings, paddings, and batch normalizations folded away.</summary>
/// <remarks>
/// The nodes must form a chain that is, in operators and settings, that of a network of ours; one that is not is refused by its name, since its weights
/// alone would compute something else here. Dropouts and identities are passed over, and so is how the shape of the rows is computed.
/// </remarks>
internal sealed class OnnxNetwork
{
    private const int MaxPadLength = 128;

    private readonly WeightsFile file;
    private readonly Dictionary<string, OnnxConstant> constants;
    private readonly List<OnnxOperation> chain = [];
    private readonly List<VggStep> steps = [];
    private readonly Dictionary<string, StoredTensor> found = [];
    private readonly List<OnnxOperation> linears = [];
    private int features;
    private bool isPooled;
    private LrnConstants? lrn;

    /// <summary>Recognises the network.</summary>
    /// <exception cref="InvalidDataException">It is no VGG network, or its weights cannot be read.</exception>
    public OnnxNetwork(WeightsFile file, IEnumerable<OnnxOperation> nodes, Dictionary<string, OnnxConstant> constants)
    {
        (this.file, this.constants) = (file, constants);
        string? last = null;
        foreach (var node in nodes)
        {
            if (node.Outputs.Count == 0) throw node.Refusal("an output");
            // Some exporters write equal constants once, and give them other names by nodes.
            var constant = node.Operator == "Constant" ? node.Value : node is { Operator: "Identity", Inputs: [var name, ..] } ? constants.GetValueOrDefault(name) : null;
            if (constant is not null) constants[node.Outputs[0]] = constant;
            if (constant is not null || node.Operator is "Constant" or "Shape" or "Gather" or "Unsqueeze" or "Concat" or "Slice" or "Cast") continue;
            if (node.Inputs.Count == 0) throw node.Refusal("an input");
            if (last is not null && node.Inputs[0] != last) throw node.Refusal($"the input \"{last}\", as in a chain of layers, found \"{node.Inputs[0]}\"");
            last = node.Outputs[0];
            Add(node);
        }

        AddLinears();
        Plan = Recognise(out var keys);
        RequireOperatorsOf(Plan);
        Tensors = keys.ToDictionary(key => key.Key, key => found[key.Value] with { Name = key.Key });
    }

    /// <summary>The network.</summary>
    public VggPlan Plan { get; }

    /// <summary>Its tensors, by torchvision's keys.</summary>
    public Dictionary<string, StoredTensor> Tensors { get; }

    private void Add(OnnxOperation node)
    {
        switch (node.Operator)
        {
            case "Conv": AddConvolution(node); break;
            case "BatchNormalization": AddNorm(node); break;
            case "MaxPool": AddMaxPool(node); break;
            case "LRN": AddLocalResponseNorm(node); break;
            case "Gemm": AddLinear(node); break;
            case "Dropout" or "Identity": break;
            case "Pad": RequireNoPadding(node); break;
            case "Flatten" or "Reshape" or "GlobalAveragePool" or "ReduceMean": isPooled = true; break;
            case "AveragePool":
                // Windows side by side, as of an adaptive pooling whose output divides its input.
                if (!node.Integers("kernel_shape").SequenceEqual(node.Integers("strides", 1, 1))) throw node.Refusal("strides as its kernel_shape");
                node.Require("pads", 0);
                isPooled = true;
                break;
            // The last two make probabilities of the scores, which are the network's output here.
            case "Relu" or "Softmax" or "LogSoftmax": chain.Add(node); break;
            default: throw new InvalidDataException($"not a VGG network: it has a node {node}.");
        }
    }

    // PyTorch writes one before every average pooling, also where nothing is to be padded.
    private void RequireNoPadding(OnnxOperation node)
    {
        node.Require("pads", 0);
        if (node.Inputs.Count < 2) return;
        var pads = Constant(node, 1);
        byte[] bytes = new byte[Math.Min(pads.ByteCount, MaxPadLength)];
        file.ReadBytes(bytes, pads.Offset);
        if (pads.Problem is not null || pads.ByteCount > MaxPadLength || bytes.AsSpan().ContainsAnyExcept((byte)0)) throw node.Refusal("no padding");
    }

    private void AddConvolution(OnnxOperation node)
    {
        var weight = AddFeature(node, ["weight", "bias"], least: 1);
        if (weight.Shape is not [var channels, _, var kernel, _]) throw node.Refusal($"weights [O, I, k, k], found [{string.Join(", ", weight.Shape)}]");
        long padding = node.Integers("pads") is [var first, ..] ? first : 0;
        node.Require("pads", padding);
        node.Require("strides", 1);
        node.Require("dilations", 1);
        node.Require("group", 1);
        string automatic = node.Text("auto_pad", "NOTSET");
        if (automatic is "SAME_UPPER" or "SAME_LOWER" && kernel % 2 == 1) padding = (kernel - 1) / 2;
        else if (automatic is not ("NOTSET" or "VALID")) throw node.Refusal($"auto_pad NOTSET, found {automatic}");
        if (channels > int.MaxValue || kernel > int.MaxValue || padding is < 0 or > int.MaxValue) throw node.Refusal("channels, kernel and padding of usual size");
        steps.Add(VggStep.Convolution((int)channels, (int)kernel, (int)padding));
    }

    private void AddNorm(OnnxOperation node)
    {
        node.Require("epsilon", 1e-5f);
        AddFeature(node, ["weight", "bias", "running_mean", "running_var"], least: 4);
    }

    private void AddMaxPool(OnnxOperation node)
    {
        RequireFeature(node);
        if (!node.Integers("kernel_shape").SequenceEqual([2, 2]) || !node.Integers("strides", 1, 1).SequenceEqual([2, 2])) throw node.Refusal("windows of 2×2, side by side");
        node.Require("pads", 0);
        node.Require("dilations", 1);
        node.Require("ceil_mode", 0);
        if (node.Text("auto_pad", "NOTSET") is not ("NOTSET" or "VALID")) throw node.Refusal("no padding");
        steps.Add(VggStep.MaxPool);
    }

    private void AddLocalResponseNorm(OnnxOperation node)
    {
        RequireFeature(node);
        var own = new LrnConstants
        {
            Size = (int)Math.Clamp(node.Integer("size", 0), 0, int.MaxValue),
            Alpha = node.Float("alpha", 1e-4f),
            Beta = node.Float("beta", 0.75f),
            K = node.Float("bias", 1),
            DivideAlphaBySize = true,
        };
        if ((lrn ??= own) != own) throw node.Refusal("the constants of the one before it");
        steps.Add(VggStep.LocalResponseNorm);
    }

    private void AddLinear(OnnxOperation node)
    {
        node.Require("alpha", 1f);
        node.Require("beta", 1f);
        node.Require("transA", 0);
        isPooled = true;
        chain.Add(node);
        linears.Add(node);
    }

    /// <summary>Names the linear layers by the numbers in their own names, which tell where dropouts were, or else in order.</summary>
    private void AddLinears()
    {
        int[] numbers = [.. linears.Select(OwnNumber)];
        bool areNumbered = !numbers.Contains(-1) && numbers.Zip(numbers.Skip(1)).All(pair => pair.First < pair.Second);
        foreach (var (i, node) in linears.Index())
        {
            string path = $"classifier.{(areNumbered ? numbers[i] : i)}";
            var weight = Constant(node, 1);
            if (weight.Shape.Count != 2) throw node.Refusal($"weights of two dimensions, found [{string.Join(", ", weight.Shape)}]");
            found.Add($"{path}.weight", weight.Store($"{path}.weight", transpose: node.Integer("transB", 0) == 0));
            if (node.Inputs.Count > 2) found.Add($"{path}.bias", Constant(node, 2).Store($"{path}.bias"));
        }
    }

    private static int OwnNumber(OnnxOperation linear) =>
        linear.Inputs.ElementAtOrDefault(1)?.Split('.') is [.., var number, "weight"]
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int own) ? own : -1;

    private VggPlan Recognise(out IReadOnlyDictionary<string, string> keys)
    {
        if (!steps.Exists(step => step.Kind == VggStepKind.Convolution)) throw new InvalidDataException("not a VGG network: there is no convolution.");
        try
        {
            var tensors = found.Values.Select(tensor => (tensor.Name, tensor.Shape));
            (var plan, keys, _) = VggRecognition.Of(tensors, VggConfig.Parse(string.Join(',', steps)), lrn);
            return plan;
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"not a VGG network: {e.Message}", e);
        }
    }

    private void RequireOperatorsOf(VggPlan plan)
    {
        (string Operator, string Key)[] expected = [.. plan.Layers.Select(layer => (OperatorOf(layer), layer.Key)).Where(layer => layer.Item1.Length > 0)];
        for (int i = 0; i < chain.Count; i++)
        {
            bool isScore = i == expected.Length && i == chain.Count - 1 && chain[i].Operator is "Softmax" or "LogSoftmax";
            if (isScore || (i < expected.Length && chain[i].Operator == expected[i].Operator)) continue;
            string what = i < expected.Length ? $"a {expected[i].Operator} as {expected[i].Key}" : "the end";
            throw new InvalidDataException($"not a VGG network: expected {what}, found the node {chain[i]}.");
        }

        if (chain.Count < expected.Length) throw new InvalidDataException($"not a VGG network: expected a {expected[chain.Count].Operator} as {expected[chain.Count].Key}, found the end.");
    }

    private static string OperatorOf(LayerPlan layer) => layer switch
    {
        Conv2dPlan => "Conv",
        BatchNorm2dPlan => "BatchNormalization",
        ReluPlan => "Relu",
        MaxPool2dPlan => "MaxPool",
        LocalResponseNormPlan => "LRN",
        LinearPlan => "Gemm",
        _ => "",
    };

    // The constants that a layer of the convolutional part reads, from its second input on.
    private OnnxConstant AddFeature(OnnxOperation node, string[] names, int least)
    {
        RequireFeature(node);
        string path = $"features.{features++}";
        for (int i = 0; i < Math.Max(least, Math.Min(names.Length, node.Inputs.Count - 1)); i++)
            found.Add($"{path}.{names[i]}", Constant(node, i + 1).Store($"{path}.{names[i]}"));
        return Constant(node, 1);
    }

    private void RequireFeature(OnnxOperation node)
    {
        if (isPooled) throw node.Refusal("its place before the averaging and the linear layers");
        chain.Add(node);
    }

    private OnnxConstant Constant(OnnxOperation node, int input)
    {
        string name = input < node.Inputs.Count ? node.Inputs[input] : "";
        return constants.TryGetValue(name, out var constant) ? constant : throw node.Refusal($"a constant as input {input}, found \"{name}\"");
    }
}
