using System.Collections.Immutable;
using DeepSharp.Formats;

namespace DeepSharp.Vgg;

/// <summary>Follows the images through the nodes of a graph. Determines shapes, and the VGG layers that compute the same values.</summary>
/// <remarks>
/// Every node that the outputs depend on is interpreted as ONNX defines it, or refused by name. The same holds for its attributes.
/// </remarks>
internal sealed partial class OnnxInterpreter
{
    // The attributes of each operator that are considered here, or have no effect in evaluation mode.
    private static readonly Dictionary<string, string[]> Attributes = new()
    {
        ["Add"] = [],
        ["AveragePool"] = ["auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads", "strides"],
        ["BatchNormalization"] = ["epsilon", "momentum", "spatial", "training_mode"],
        ["Cast"] = ["to"],
        ["Concat"] = ["axis"],
        ["Constant"] = ["value_int", "value_ints"],
        ["Conv"] = ["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"],
        ["Dropout"] = ["ratio", "seed"],
        ["Flatten"] = ["axis"],
        ["Gather"] = ["axis"],
        ["Gemm"] = ["alpha", "beta", "transA", "transB"],
        ["GlobalAveragePool"] = [],
        ["Identity"] = [],
        ["LRN"] = ["alpha", "beta", "bias", "size"],
        ["LogSoftmax"] = ["axis"],
        ["MatMul"] = [],
        ["MaxPool"] = ["auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides"],
        ["Pad"] = ["mode", "pads", "value"],
        ["ReduceMean"] = ["axes", "keepdims", "noop_with_empty_axes"],
        ["Relu"] = [],
        ["Reshape"] = ["allowzero"],
        ["Shape"] = ["end", "start"],
        ["Slice"] = ["axes", "ends", "starts"],
        ["Softmax"] = ["axis"],
        ["Squeeze"] = ["axes"],
        ["Transpose"] = ["perm"],
        ["Unsqueeze"] = ["axes"],
    };

    private readonly OnnxFile file;
    private readonly OnnxValueInfo images;
    private readonly Dictionary<string, OnnxValue> values = [];

    private OnnxInterpreter(OnnxFile file, OnnxValueInfo images) => (this.file, this.images) = (file, images);

    /// <summary>Runs the nodes that the outputs of the graph depend on.</summary>
    /// <param name="file">The file.</param>
    /// <param name="nodes">These nodes, in the order of execution.</param>
    /// <param name="images">The input with the images.</param>
    /// <param name="axes">The axes of the images.</param>
    /// <returns>The outputs of the graph.</returns>
    /// <exception cref="InvalidDataException">A node makes the graph another network than VGG.</exception>
    public static IReadOnlyList<OnnxMaps> Run(
        OnnxFile file, IReadOnlyList<OnnxNode> nodes, OnnxValueInfo images, AxisGroups axes)
    {
        var interpreter = new OnnxInterpreter(file, images);
        interpreter.values[images.Name] = new OnnxMaps(axes);
        foreach (var node in nodes)
        {
            if (file.IsConstant(node.Outputs[0]) && node.Operator is "Constant" or "Identity") continue;
            if (file.IsConstant(node.Outputs[0]) || !interpreter.values.TryAdd(node.Outputs[0], interpreter.Compute(node)))
                throw node.Refusal($"an output with a name that no other value has, found \"{node.Outputs[0]}\"");
        }

        return [.. file.Outputs.Select(output => interpreter.values.GetValueOrDefault(output.Name) as OnnxMaps
            ?? throw new InvalidDataException($"not a VGG network: the output \"{output.Name}\" does not depend on the images."))];
    }

    private OnnxValue Compute(OnnxNode node)
    {
        if (!Attributes.TryGetValue(node.Operator, out string[]? known))
            throw new InvalidDataException($"not a VGG network: it has a node {node}.");
        if (node.Attributes.FirstOrDefault(attribute => !known.Contains(attribute.Name)) is { } unknown)
            throw node.Refusal($"no attribute {unknown.Name}");
        if (node.Operator == "Constant" && node.Attributes is not [_]) throw node.Refusal("one attribute");
        if (node.Operator == "Constant") return new OnnxIntegers([.. node.Attributes[0].Integers], node.Attributes[0].Name == "value_int");
        return Input(node, 0) switch
        {
            OnnxMaps maps => OfMaps(node, maps, second: 1),
            OnnxIntegers integers => OfIntegers(node, integers),
            // A sum with the constant first.
            OnnxWeight when node.Operator == "Add" && Input(node, 1) is OnnxMaps maps => OfMaps(node, maps, second: 0),
            OnnxWeight weight => OfWeight(node, weight.Tensor),
            _ => throw node.Refusal("images or a constant as input 0"),
        };
    }

    private OnnxValue OfMaps(OnnxNode node, OnnxMaps x, int second)
    {
        if (x.Softmax is { } softmax && node.Operator != "Identity")
            throw new InvalidDataException($"not a VGG network: the node {node} reads the probabilities of the node {softmax}.");
        // The axes do not include a padding yet.
        if (x.Padding != default && node.Operator is not ("Conv" or "Pad" or "Relu" or "Identity" or "Cast" or "Dropout"))
            throw node.Refusal("no padding before it");
        switch (node.Operator)
        {
            case "Shape": return ShapeOf(node, x.Axes.Shape);
            case "Identity": return x;
            case "Cast":
                // A conversion to another type would round.
                node.Require("to", images.Type);
                return x;
            case "Dropout":
                if (node.Inputs.Count > 2 && node.Inputs[2].Length > 0 && !file.IsZero(node, 2)) throw node.Refusal("no training mode");
                return x;
            case "Transpose":
                var permutation = node.Integers("perm", [.. Enumerable.Range(0, x.Axes.Shape.Count).Select(axis => (long)axis).Reverse()]);
                return Arranged(node, x, x.Axes.Transpose(permutation), $"a permutation of {x.Axes.Shape.Count} axes as perm");
            case "Flatten":
                var shape = x.Axes.Shape;
                // The axis may also be the end of the shape.
                long start = node.Integer("axis", 1);
                int axis = start == shape.Count ? shape.Count : AxisOf(node, start, shape.Count);
                return Arranged(node, x, x.Axes.Reshape([Product(shape.Take(axis)), Product(shape.Skip(axis))]), "axes to flatten");
            case "Reshape":
                return Arranged(node, x, x.Axes.Reshape(NewShape(node, x.Axes.Shape)), "a shape that only joins whole axes");
            case "Squeeze" or "Unsqueeze":
                return Arranged(node, x, x.Axes.Reshape(Squeezed(node, x.Axes.Shape)), "axes of length 1");
            case "ReduceMean":
                if (Axes(node, x.Axes.Shape.Count) is not { Length: > 0 } averaged) throw node.Refusal("the axes of rows and columns");
                return x.GloballyAveraged(node, x.Axes.Average(averaged, keepsAxes: node.Integer("keepdims", 1) != 0));
            case "Conv": return x.Convolution(node, Weight(node, 1), OptionalWeight(node, 2));
            case "BatchNormalization":
                node.Require("training_mode", 0);
                if (node.Outputs.Skip(1).Any(output => output.Length > 0)) throw node.Refusal("one output, as outside of training");
                node.Require("spatial", 1);
                return x.Normalized(node, [Weight(node, 1), Weight(node, 2), Weight(node, 3), Weight(node, 4)]);
            case "Pad": return x.Padded(node, Pads(node));
            case "Add": return x.Added(node, Weight(node, second));
            case "Gemm":
                node.Require("transA", 0);
                node.Require("alpha", 1f);
                node.Require("beta", 1f);
                var matrix = Weight(node, 1);
                return x.Linear(node, node.Integer("transB", 0) != 0 ? matrix : Transposed(node, matrix), OptionalWeight(node, 2));
            case "MatMul": return x.Linear(node, Transposed(node, Weight(node, 1)), bias: null);
            case "Relu": return x.Rectified(node);
            case "MaxPool": return x.MaxPooled(node);
            case "LRN": return x.LocallyNormalized(node);
            case "AveragePool": return x.AveragePooled(node);
            case "GlobalAveragePool":
                return x.GloballyAveraged(node, x.Axes.AreMaps ? x.Axes.Average([2, 3], keepsAxes: true) : null);
            case "Softmax" or "LogSoftmax": return x.WithSoftmax(node);
            default: throw node.Refusal("integers that are known without the image as input 0");
        }
    }

    private OnnxIntegers OfIntegers(OnnxNode node, OnnxIntegers x)
    {
        switch (node.Operator)
        {
            case "Identity": return x;
            case "Cast": return node.Integer("to", 0) is OnnxFile.Int32 or OnnxFile.Int64 ? x : throw node.Refusal("integers as result");
            case "Unsqueeze" when x.IsScalar: return x with { IsScalar = false };
            case "Squeeze" when x.Elements.Length == 1: return x with { IsScalar = true };
            case "Gather" when AxisOf(node, node.Integer("axis", 0), 1) == 0 && Input(node, 1) is OnnxIntegers indices:
                return new OnnxIntegers(
                    [.. indices.Elements.Select(index => x.Elements[AxisOf(node, index, x.Elements.Length)])], indices.IsScalar);
            case "Slice": return new OnnxIntegers([.. x.Elements.AsSpan()[Range(node, x.Elements.Length)]], IsScalar: false);
            case "Concat":
                var parts = node.Inputs.Select((_, i) => Input(node, i) as OnnxIntegers ?? throw node.Refusal("integers as all inputs"));
                return new OnnxIntegers([.. parts.SelectMany(part => part.Elements)], IsScalar: false);
            default: throw node.Refusal("images or maps as input 0");
        }
    }

    private OnnxWeight OfWeight(OnnxNode node, StoredTensor x)
    {
        var strides = x.Strides ?? StoredTensor.RowMajorStrides(x.Shape);
        switch (node.Operator)
        {
            case "Identity": return new OnnxWeight(x);
            case "Transpose":
                var permutation = node.Integers("perm", [.. Enumerable.Range(0, x.Shape.Count).Select(axis => (long)axis).Reverse()]);
                if (!permutation.Order().SequenceEqual(Enumerable.Range(0, x.Shape.Count).Select(axis => (long)axis)))
                    throw node.Refusal($"a permutation of {x.Shape.Count} axes as perm");
                return new OnnxWeight(x with
                {
                    Shape = [.. permutation.Select(axis => x.Shape[(int)axis])],
                    Strides = [.. permutation.Select(axis => strides[(int)axis])],
                });
            case "Reshape" when x.Strides is null && NewShape(node, x.Shape) is var shape && Product(shape) == Product(x.Shape):
                return new OnnxWeight(x with { Shape = shape });
            case "Squeeze" or "Unsqueeze" when x.Strides is null: return new OnnxWeight(x with { Shape = Squeezed(node, x.Shape) });
            default: throw node.Refusal("images or maps as input 0");
        }
    }
}
