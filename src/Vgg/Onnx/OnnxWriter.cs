using DeepSharp.Tensors;
using Google.Protobuf;

namespace DeepSharp.Vgg;

/// <summary>Writes graphs as files (ModelProto). The elements of constants, nearly all of a file, go straight from the tensors to the disk.</summary>
internal static class OnnxWriter
{
    /// <summary>The version of the operators that the nodes mean.</summary>
    public const int OperatorSet = 17;

    // The version of the format that came with these operators (ONNX 1.12).
    private const int FormatVersion = 8;

    /// <summary>Writes a file, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="graph">The network.</param>
    /// <param name="input">The shape of the images; any number of them may be given to the network.</param>
    /// <param name="classes">The number of scores of each image.</param>
    /// <param name="metadata">What the file says about itself.</param>
    /// <exception cref="NotSupportedException">It would be larger than protobuf allows.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, OnnxGraph graph, Shape input, int classes, IReadOnlyDictionary<string, string> metadata)
    {
        RequireFits(graph.Constants.Sum(constant => constant.ByteCount));
        byte[] head = Protobuf.Encode(output => WriteModelHead(output, metadata));
        byte[] nodes = Protobuf.Encode(output => WriteGraphHead(output, graph, input, classes));
        byte[][] tensors = [.. graph.Constants.Select(TensorHead)];
        long graphLength = nodes.Length + tensors.Sum(bytes => (long)bytes.Length) + graph.Constants.Sum(constant => constant.ByteCount);
        RequireFits(graphLength);
        byte[] prefix = Protobuf.Prefix(7, graphLength);
        RequireFits(head.Length + prefix.Length + graphLength);

        AtomicFile.Write(path, stream =>
        {
            stream.Write(head);
            stream.Write(prefix);
            stream.Write(nodes);
            foreach (var (tensor, constant) in tensors.Zip(graph.Constants))
            {
                stream.Write(tensor);
                constant.WriteElements(stream);
            }
        });
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

    private static void WriteGraphHead(CodedOutputStream output, OnnxGraph graph, Shape input, int classes)
    {
        foreach (var node in graph.Nodes) output.Message(1, node.Write);
        output.Text(2, "vgg");
        output.Message(11, value => WriteValue(value, OnnxGraph.Input, [input[1], input[2], input[3]]));
        output.Message(12, value => WriteValue(value, OnnxGraph.Output, [classes]));
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

    /// <summary>A constant as a field of the graph, up to where its elements begin.</summary>
    private static byte[] TensorHead(OnnxTensor tensor)
    {
        byte[] head = tensor.Head();
        return [.. Protobuf.Prefix(5, head.Length + tensor.ByteCount), .. head];
    }

    private static void RequireFits(long bytes)
    {
        if (bytes > int.MaxValue)
            throw new NotSupportedException($"ONNX: the file would take {bytes} bytes, protobuf allows {int.MaxValue}; use safetensors, or a smaller model.");
    }
}
