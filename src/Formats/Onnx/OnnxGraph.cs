using System.Numerics;
using DeepSharp.Tensors;
using Google.Protobuf;

namespace DeepSharp.Formats;

/// <summary>A network as ONNX describes it (https://onnx.ai, operator set 17): a chain of nodes, and the constants that they read.</summary>
/// <remarks>The elements of constants, nearly all of a file, are read when it is written, and go straight from the tensors to the disk.</remarks>
public sealed class OnnxGraph : IDisposable
{
    /// <summary>The name of the images, [N, C, H, W].</summary>
    public const string Input = "images";

    /// <summary>The name of the scores, [N, classes].</summary>
    public const string Output = "logits";

    /// <summary>The version of the operators that the nodes mean.</summary>
    public const int OperatorSet = 17;

    // The version of the format that came with these operators (ONNX 1.12).
    private const int FormatVersion = 8;

    private readonly List<OnnxNode> nodes = [];
    private readonly List<OnnxTensor> constants = [];
    private readonly List<IDisposable> owned = [];

    /// <summary>The nodes in the order in which they run.</summary>
    public IReadOnlyList<OnnxNode> Nodes => nodes;

    /// <summary>The output of the last node, which the next one reads.</summary>
    public string Last => nodes.Count == 0 ? Input : nodes[^1].Outputs[0];

    /// <summary>Adds a node. It and its output are both called <paramref name="name"/>.</summary>
    /// <param name="op">What it computes, by ONNX's name.</param>
    /// <param name="name">Its name.</param>
    /// <param name="inputs">What it reads: <see cref="Last"/>, names of constants, or outputs of other nodes.</param>
    /// <param name="attributes">Its settings.</param>
    /// <returns>The name of its output.</returns>
    public string Add(string op, string name, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        nodes.Add(new OnnxNode(op, name, inputs.ToArray(), [name], attributes.ToArray()));
        return name;
    }

    /// <summary>Adds a constant.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="value">The tensor; called when the file is written.</param>
    /// <returns>Its name.</returns>
    public string Constant<T>(string name, Shape shape, Func<Tensor<T>> value)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        constants.Add(OnnxTensor.Of(name, shape, value));
        return name;
    }

    /// <summary>Adds a constant that the graph owns from now on.</summary>
    /// <returns>Its name.</returns>
    public string OwnConstant<T>(string name, Tensor<T> value)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(value);
        owned.Add(value);
        return Constant(name, value.Shape, () => value);
    }

    /// <summary>Writes the graph as a file, whole or not at all; the last node's output becomes <see cref="Output"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="input">The shape of the images; the file leaves their number open.</param>
    /// <param name="classes">The number of scores of each image.</param>
    /// <param name="metadata">What the file says about itself.</param>
    /// <exception cref="NotSupportedException">It would be larger than protobuf allows.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(string path, Shape input, int classes, IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        RequireFits(constants.Sum(constant => constant.ByteCount));
        byte[] head = Protobuf.Encode(output => WriteModelHead(output, metadata));
        byte[] graph = Protobuf.Encode(output => WriteGraphHead(output, input, classes));
        byte[][] tensors = [.. constants.Select(constant => constant.Head(5))];
        long length = graph.Length + constants.Zip(tensors).Sum(pair => pair.First.ByteCount + pair.Second.Length);
        RequireFits(length);
        byte[] prefix = Protobuf.Prefix(7, length);
        RequireFits(head.Length + prefix.Length + length);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(head);
            stream.Write(prefix);
            stream.Write(graph);
            foreach (var (constant, tensor) in constants.Zip(tensors))
            {
                stream.Write(tensor);
                constant.WriteElements(stream);
            }
        });
    }

    /// <summary>Releases the constants that the graph owns.</summary>
    public void Dispose()
    {
        foreach (var constant in owned) constant.Dispose();
    }

    private static void WriteModelHead(CodedOutputStream output, IReadOnlyDictionary<string, string> metadata)
    {
        output.Integer(1, FormatVersion);
        output.Text(2, "DeepSharp");
        // The standard operators are those of the empty domain.
        output.Message(8, set =>
        {
            set.Text(1, "");
            set.Integer(2, OperatorSet);
        });
        foreach (var (key, value) in metadata)
        {
            output.Message(14, entry =>
            {
                entry.Text(1, key);
                entry.Text(2, value);
            });
        }
    }

    private void WriteGraphHead(CodedOutputStream output, Shape input, int classes)
    {
        nodes[^1] = nodes[^1] with { Outputs = [Output] };
        foreach (var node in nodes) output.Message(1, node.Write);
        output.Text(2, "DeepSharp");
        output.Message(11, value => WriteValue(value, Input, [input[1], input[2], input[3]]));
        output.Message(12, value => WriteValue(value, Output, [classes]));
    }

    /// <summary>Name and type of an input or output (ValueInfoProto): float32, any number of images, and lengths that are fixed.</summary>
    private static void WriteValue(CodedOutputStream output, string name, int[] lengths)
    {
        output.Text(1, name);
        output.Message(2, type => type.Message(1, tensor =>
        {
            tensor.Integer(1, 1);
            tensor.Message(2, shape =>
            {
                shape.Message(1, dimension => dimension.Text(2, "N"));
                foreach (int length in lengths) shape.Message(1, dimension => dimension.Integer(1, length));
            });
        }));
    }

    private static void RequireFits(long bytes)
    {
        if (bytes > int.MaxValue)
            throw new NotSupportedException($"ONNX: the file would take {bytes} bytes, protobuf allows {int.MaxValue}; use safetensors, or a smaller model.");
    }
}
