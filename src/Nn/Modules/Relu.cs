using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>max(x, 0), for a tensor of any shape.</summary>
public sealed class Relu<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Kind => "ReLU";

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.Relu();

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input, Mode mode = Mode.Evaluation) => input;

    /// <inheritdoc/>
    public override void ExportOnnx(OnnxGraph graph, string key, Shape input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        graph.Add("Relu", key, [graph.Last]);
    }
}
