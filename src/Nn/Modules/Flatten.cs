using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>Flattens each image to one row: [N, C, H, W] becomes [N, C·H·W], in C, H, W order.</summary>
public sealed class Flatten<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>
    /// Whether the shape is [N, C, 1, 1]. Its elements have the same order as those of [N, C], so that a linear layer can read them as
    /// rows.
    /// </summary>
    public static bool IsRows(Shape shape) => shape.Rank == 4 && shape[2] == 1 && shape[3] == 1;

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.Flatten();

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input, Mode mode = Mode.Evaluation) => [input[0], input.ElementCount / input[0]];

    /// <inheritdoc/>
    public override ReceptiveField Grow(ReceptiveField field, Shape input) =>
        input.Rank == 4 ? field with { Map = Math.Max(input[2], input[3]) } : field;

    /// <inheritdoc/>
    public override void ExportOnnx(OnnxGraph graph, string key, Shape input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        graph.Add("Flatten", key, [graph.Last], OnnxAttribute.Of("axis", 1));
    }
}
