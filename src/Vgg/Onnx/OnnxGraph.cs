using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>A network as ONNX sees it: a chain of nodes, and the constants that they read.</summary>
internal sealed class OnnxGraph : IDisposable
{
    /// <summary>The name of the images, [N, C, H, W].</summary>
    public const string Input = "images";

    /// <summary>The name of the scores, [N, classes].</summary>
    public const string Output = "logits";

    private readonly List<OnnxNode> nodes = [];
    private readonly List<OnnxTensor> constants = [];
    private readonly List<IDisposable> owned = [];

    /// <summary>The nodes in the order in which they run.</summary>
    public IReadOnlyList<OnnxNode> Nodes => nodes;

    /// <summary>The constants: weights, and what the nodes need beside them.</summary>
    public IReadOnlyList<OnnxTensor> Constants => constants;

    /// <summary>The output of the last node, which the next one reads.</summary>
    public string Last => nodes.Count == 0 ? Input : nodes[^1].Output;

    /// <summary>Adds a node that reads the last one's output, or what <paramref name="inputs"/> names. It and its output are called <paramref name="name"/>.</summary>
    public string Add(string op, string name, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        nodes.Add(new OnnxNode(op, name, inputs.ToArray(), name, attributes.ToArray()));
        return name;
    }

    /// <summary>Adds a constant; its elements are read when the file is written.</summary>
    public string Constant<T>(string name, Tensor<T> value)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Add(OnnxTensor.Of(name, value));
        return name;
    }

    /// <summary>Adds a constant.</summary>
    public void Add(OnnxTensor constant) => constants.Add(constant);

    /// <summary>Adds a constant that the graph gives back when it is disposed.</summary>
    public string OwnConstant<T>(string name, Tensor<T> value)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        owned.Add(value);
        return Constant(name, value);
    }

    /// <summary>Calls the last node's output <see cref="Output"/>.</summary>
    public void End() => nodes[^1] = nodes[^1] with { Output = Output };

    /// <summary>Gives the memory of its own constants back.</summary>
    public void Dispose()
    {
        foreach (var constant in owned) constant.Dispose();
    }
}
