using System.Numerics;
using DeepSharp.Tensors;
using Google.Protobuf;

namespace DeepSharp.Formats;

/// <summary>Builds and writes an ONNX network (https://onnx.ai, operator set 17): nodes, and the constants that they read.</summary>
/// <remarks>
/// The elements of the constants make up nearly the whole file. They are read from the tensors, part by part, while the file is written.
/// </remarks>
public sealed class OnnxGraph : IDisposable
{
    /// <summary>The name of the network's input: images [N, C, H, W].</summary>
    public const string Input = "images";

    /// <summary>The name of the network's output: scores [N, classes].</summary>
    public const string Output = "logits";

    /// <summary>The version of ONNX's operator set that the nodes use.</summary>
    public const int OperatorSet = 17;

    // The format version released with this operator set (ONNX 1.12).
    private const int FormatVersion = 8;

    private readonly List<OnnxNode> nodes = [];
    private readonly List<OnnxTensor> constants = [];
    private readonly List<IDisposable> owned = [];

    /// <summary>The nodes in execution order, in which they were added.</summary>
    public IReadOnlyList<OnnxNode> Nodes => nodes;

    /// <summary>The name of the last node's output; <see cref="Input"/> if there are no nodes.</summary>
    public string Last => nodes.Count == 0 ? Input : nodes[^1].Outputs[0];

    /// <summary>Adds a node. The node and its output are both called <paramref name="name"/>.</summary>
    /// <param name="op">The ONNX name of the operator.</param>
    /// <param name="name">The name of the node.</param>
    /// <param name="inputs">The names of its inputs: <see cref="Last"/>, constants, or outputs of other nodes.</param>
    /// <param name="attributes">The attributes of the node.</param>
    /// <returns>The name of the output.</returns>
    public string Add(string op, string name, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        nodes.Add(new OnnxNode(op, name, inputs.ToArray(), [name], attributes.ToArray()));
        return name;
    }

    /// <summary>Adds a constant, which is written as float32.</summary>
    /// <param name="name">The name of the constant.</param>
    /// <param name="shape">The shape of the constant.</param>
    /// <param name="value">Returns the tensor; called while the file is written.</param>
    /// <returns>The name of the constant.</returns>
    public string Constant<T>(string name, Shape shape, Func<Tensor<T>> value)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        constants.Add(OnnxTensor.Of(name, shape, value));
        return name;
    }

    /// <summary>Adds a constant, which is written as float32, and takes ownership of its tensor.</summary>
    /// <returns>The name of the constant.</returns>
    public string OwnConstant<T>(string name, Tensor<T> value)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(value);
        owned.Add(value);
        return Constant(name, value.Shape, () => value);
    }

    /// <summary>Writes the graph to a file atomically. The last node's output is renamed to <see cref="Output"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="input">The shape of the images, [N, C, H, W]. N is ignored, because the written network accepts any batch size.</param>
    /// <param name="classes">The number of scores per image.</param>
    /// <param name="metadata">The metadata of the file.</param>
    /// <exception cref="NotSupportedException">The file would be 2 GiB or larger, which protobuf does not allow.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The graph has no nodes.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path, Shape input, int classes, IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        RequireFits(constants.Sum(constant => constant.ByteCount));
        byte[] head = Protobuf.Encode(output => WriteModelHead(output, metadata));
        byte[] graph = Protobuf.Encode(output => WriteGraphHead(output, input, classes));
        byte[][] tensors = [.. constants.Select(constant => constant.Head(OnnxFields.Graph.Initializer))];
        long length = graph.Length + constants.Zip(tensors).Sum(pair => pair.First.ByteCount + pair.Second.Length);
        RequireFits(length);
        byte[] prefix = Protobuf.Prefix(OnnxFields.Model.Graph, length);
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

    /// <summary>Disposes the constants that the graph owns.</summary>
    public void Dispose()
    {
        foreach (var constant in owned) constant.Dispose();
    }

    private static void WriteModelHead(CodedOutputStream output, IReadOnlyDictionary<string, string> metadata)
    {
        output.Integer(OnnxFields.Model.IrVersion, FormatVersion);
        output.Text(OnnxFields.Model.ProducerName, "DeepSharp");
        // The empty domain contains the standard operators.
        output.Message(OnnxFields.Model.OperatorSetImport, set =>
        {
            set.Text(OnnxFields.OperatorSet.Domain, "");
            set.Integer(OnnxFields.OperatorSet.Version, OperatorSet);
        });
        foreach (var (key, value) in metadata)
        {
            output.Message(OnnxFields.Model.MetadataProperties, entry =>
            {
                entry.Text(OnnxFields.Metadata.Key, key);
                entry.Text(OnnxFields.Metadata.Value, value);
            });
        }
    }

    private void WriteGraphHead(CodedOutputStream output, Shape input, int classes)
    {
        nodes[^1] = nodes[^1] with { Outputs = [Output] };
        foreach (var node in nodes) output.Message(OnnxFields.Graph.Node, node.Write);
        output.Text(OnnxFields.Graph.Name, "DeepSharp");
        output.Message(OnnxFields.Graph.Input, value => WriteValue(value, Input, [input[1], input[2], input[3]]));
        output.Message(OnnxFields.Graph.Output, value => WriteValue(value, Output, [classes]));
    }

    /// <summary>Name and type of an input or output (ValueInfoProto): float32, any batch size, and fixed other lengths.</summary>
    private static void WriteValue(CodedOutputStream output, string name, int[] lengths)
    {
        output.Text(OnnxFields.ValueInfo.Name, name);
        output.Message(OnnxFields.ValueInfo.Type, type => type.Message(OnnxFields.Type.Tensor, tensor =>
        {
            tensor.Integer(OnnxFields.TensorType.ElementType, OnnxTensor.Float32);
            tensor.Message(OnnxFields.TensorType.Shape, shape =>
            {
                Dimension(shape, dimension => dimension.Text(OnnxFields.TensorShape.DimensionParameter, "N"));
                foreach (int length in lengths)
                    Dimension(shape, dimension => dimension.Integer(OnnxFields.TensorShape.DimensionValue, length));
            });
        }));

        static void Dimension(CodedOutputStream shape, Action<CodedOutputStream> write) =>
            shape.Message(OnnxFields.TensorShape.Dimension, write);
    }

    private static void RequireFits(long bytes)
    {
        if (bytes > int.MaxValue)
        {
            throw new NotSupportedException(
                $"ONNX: the file would take {bytes} bytes, protobuf allows {int.MaxValue}; use safetensors, or a smaller model.");
        }
    }
}
