using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>One line of a <see cref="ModelSummary.Tree"/>: the model, a part of it, or a layer.</summary>
/// <param name="Depth">0 for the model, 1 for its parts and for layers outside of them (<c>avgpool</c>), 2 for the layers of parts.</param>
/// <param name="Index">The index of the node among all nodes of this depth, from 1.</param>
/// <param name="Key">The path of the node in the model; empty for the model itself.</param>
/// <param name="Kind">The PyTorch name of its type; <c>VGG</c> for a VGG model.</param>
/// <param name="OutputShape">The shape of its output.</param>
/// <param name="Layer">The layer; null for the model and its parts.</param>
public sealed record SummaryNode(int Depth, int Index, string Key, string Kind, Shape OutputShape, LayerSummary? Layer)
{
    /// <summary>The number of the node as in torchinfo, depth and index: <c>2-1</c>; empty for the model itself.</summary>
    public string Number => Depth == 0 ? "" : $"{Depth}-{Index}";

    /// <summary>Kind, last component of the key, and number: <c>Conv2d (0): 2-1</c>. For the model, only the kind.</summary>
    public override string ToString() => Depth == 0 ? Kind : $"{Kind} ({Key[(Key.LastIndexOf('.') + 1)..]}): {Number}";

    /// <summary>
    /// Numbers layers as torchinfo does, and puts the model and its parts above them. Flattening has no line, because torchvision's network
    /// has no module for it.
    /// </summary>
    internal static List<SummaryNode> Tree(IReadOnlyList<LayerSummary> layers, string kind)
    {
        List<SummaryNode> nodes = [new(0, 1, "", kind, layers[^1].OutputShape, null)];
        int[] counts = new int[3];
        string part = "";
        foreach (var layer in layers.Where(layer => layer.Kind != "Flatten"))
        {
            string[] path = layer.Key.Split('.');
            if (path.Length > 1 && path[0] != part)
            {
                part = path[0];
                var output = layers.Last(other => other.Key.StartsWith(part + '.', StringComparison.Ordinal)).OutputShape;
                nodes.Add(new(1, ++counts[1], part, "Sequential", output, null));
            }

            nodes.Add(new(path.Length, ++counts[path.Length], layer.Key, layer.Kind, layer.OutputShape, layer));
        }

        return nodes;
    }
}
