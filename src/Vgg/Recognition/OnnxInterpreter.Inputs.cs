using DeepSharp.Formats;

namespace DeepSharp.Vgg;

// The inputs of nodes: values, weights, axes and shapes.
internal sealed partial class OnnxInterpreter
{
    private OnnxValue Input(OnnxNode node, int input)
    {
        string name = input < node.Inputs.Count ? node.Inputs[input] : "";
        if (values.TryGetValue(name, out var value)) return value;
        if (!file.IsConstant(name)) throw node.Refusal($"a known value as input {input}, found \"{name}\"");
        return file.Integers(name) is var (integers, rank) ? new OnnxIntegers([.. integers], rank == 0)
            : new OnnxWeight(file.Constant(node, input));
    }

    private StoredTensor Weight(OnnxNode node, int input) => Input(node, input) is OnnxWeight weight
        ? weight.Tensor
        : throw node.Refusal($"a constant of floating-point numbers as input {input}");

    private StoredTensor? OptionalWeight(OnnxNode node, int input) =>
        input < node.Inputs.Count && node.Inputs[input].Length > 0 ? Weight(node, input) : null;

    // Integers that are an attribute in old operator sets and an input in new ones; null if the node has neither.
    private IReadOnlyList<long>? AttributeOrInput(OnnxNode node, string attribute, int input)
    {
        if (node.Has(attribute)) return node.Integers(attribute);
        if (input >= node.Inputs.Count || node.Inputs[input].Length == 0) return null;
        return Input(node, input) is OnnxIntegers integers ? integers.Elements : throw node.Refusal($"known integers as input {input}");
    }

    private int[]? Axes(OnnxNode node, int rank) => AttributeOrInput(node, "axes", 1)?.Select(axis => AxisOf(node, axis, rank)).ToArray();

    private IReadOnlyList<long> Squeezed(OnnxNode node, IReadOnlyList<long> shape)
    {
        if (node.Operator == "Unsqueeze")
        {
            var inserted = AttributeOrInput(node, "axes", 1) ?? throw node.Refusal("axes");
            int rank = shape.Count + inserted.Count;
            var at = inserted.Select(axis => AxisOf(node, axis, rank)).ToHashSet();
            var rest = new Queue<long>(shape);
            if (at.Count != inserted.Count) throw node.Refusal("different axes");
            return [.. Enumerable.Range(0, rank).Select(axis => at.Contains(axis) ? 1 : rest.Dequeue())];
        }

        int[] removed = Axes(node, shape.Count) ?? [.. shape.Index().Where(axis => axis.Item == 1).Select(axis => axis.Index)];
        if (removed.Any(axis => shape[axis] != 1)) throw node.Refusal("axes of length 1");
        return [.. shape.Where((_, axis) => !removed.Contains(axis))];
    }

    // 0 keeps the length of the axis; -1 stands for the length that makes the number of elements right.
    private long[] NewShape(OnnxNode node, IReadOnlyList<long> shape)
    {
        if (Input(node, 1) is not OnnxIntegers requested) throw node.Refusal("a known shape as input 1");
        bool copies = node.Integer("allowzero", 0) == 0;
        long[] lengths = [.. requested.Elements.Select((length, axis) =>
            length == 0 && copies ? (axis < shape.Count ? shape[axis] : throw node.Refusal($"an axis {axis} to copy")) : length)];
        int free = Array.IndexOf(lengths, -1);
        if (free < 0) return lengths;
        long total = Product(shape), rest = Product(lengths.Where((_, axis) => axis != free));
        if (rest <= 0 || total % rest != 0)
            throw node.Refusal($"a shape of {total} elements, found {string.Join(", ", requested.Elements)}");
        lengths[free] = total / rest;
        return lengths;
    }

    private OnnxWindow.Edges Pads(OnnxNode node)
    {
        if (node.Text("mode", "constant") != "constant") throw node.Refusal($"the mode constant, found {node.Text("mode", "")}");
        bool isZero = node.Float("value", 0) == 0 && (node.Inputs.Count < 3 || node.Inputs[2].Length == 0 || file.IsZero(node, 2));
        if (node.Inputs.Count > 3 && node.Inputs[3].Length > 0) throw node.Refusal("pads for all axes");
        var pads = AttributeOrInput(node, "pads", 1) ?? throw node.Refusal("pads");
        if (pads.All(pad => pad == 0)) return default;
        return isZero && pads is [0, 0, >= 0 and var top, >= 0 and var left, 0, 0, >= 0 and var bottom, >= 0 and var right]
            ? new OnnxWindow.Edges(top, left, bottom, right)
            : throw node.Refusal("zeros as padding of rows and columns");
    }

    private Range Range(OnnxNode node, int length)
    {
        long[] Of(string attribute, int input, long usual) => [.. AttributeOrInput(node, attribute, input) ?? [usual]];
        if (Of("starts", 1, 0) is not [var start] || Of("ends", 2, 0) is not [var end] || Of("axes", 3, 0) is not ([0] or [-1])
            || Of("", 4, 1) is not [1])
        {
            throw node.Refusal("one start and one end with step 1");
        }

        int from = (int)Math.Clamp(start < 0 ? start + length : start, 0, length);
        int to = (int)Math.Clamp(end < 0 ? end + length : end, 0, length);
        return from..Math.Max(from, to);
    }

    private static OnnxIntegers ShapeOf(OnnxNode node, IReadOnlyList<long> shape)
    {
        int rank = shape.Count;
        int At(long index) => (int)Math.Clamp(index < 0 ? index + rank : index, 0, rank);
        int start = At(node.Integer("start", 0)), end = At(node.Integer("end", rank));
        return new OnnxIntegers([.. shape.Take(end).Skip(start)], IsScalar: false);
    }

    private static OnnxMaps Arranged(OnnxNode node, OnnxMaps x, AxisGroups? axes, string expected) =>
        x with { Axes = axes ?? throw node.Refusal($"{expected}, found the shape [{string.Join(", ", x.Axes.Shape)}]") };

    private static StoredTensor Transposed(OnnxNode node, StoredTensor x)
    {
        if (x.Shape is not [var rows, var columns]) throw node.Refusal($"weights of two axes, found [{string.Join(", ", x.Shape)}]");
        var strides = x.Strides ?? StoredTensor.RowMajorStrides(x.Shape);
        return x with { Shape = [columns, rows], Strides = [strides[1], strides[0]] };
    }

    private static int AxisOf(OnnxNode node, long axis, int rank) =>
        axis >= -rank && axis < rank ? (int)(axis < 0 ? axis + rank : axis)
            : throw node.Refusal($"an axis or index from {-rank} to {rank - 1}, found {axis}");

    // The product; at most the largest number, which no shape has.
    private static long Product(IEnumerable<long> lengths) =>
        (long)lengths.Aggregate((Int128)1, (product, length) => Int128.Clamp(product * length, -long.MaxValue, long.MaxValue));
}
