using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>One line of a <see cref="ModelSummary"/>.</summary>
/// <param name="Key">The layer's path in the model.</param>
/// <param name="Kind">What it is, by PyTorch's name.</param>
/// <param name="OutputShape">The shape of its output.</param>
/// <param name="ParameterCount">Its trained elements.</param>
/// <param name="ParameterShare">Its share of all parameters, 0 to 1.</param>
/// <param name="MultiplyAdds">Multiply-adds of its forward pass for the whole batch.</param>
/// <param name="ReceptiveField">How many pixels of the image, along one axis, an element of its output sees.</param>
public sealed record LayerSummary(
    string Key, string Kind, Shape OutputShape, long ParameterCount, double ParameterShare, long MultiplyAdds, int ReceptiveField);

/// <summary>What each layer of a model makes of an input, and what it costs; computed from the plan, without weights and without running it.</summary>
public sealed class ModelSummary
{
    /// <summary>Summarises a model for images [N, C, H, W].</summary>
    /// <exception cref="ShapeException">The model cannot take the input; the message names the layer.</exception>
    public ModelSummary(VggPlan plan, Shape input)
    {
        ArgumentNullException.ThrowIfNull(plan);
        InputShape = input;
        ParameterCount = plan.ParameterCount;
        List<LayerSummary> layers = [];
        var (shape, field) = (input, ReceptiveField.Pixel);
        foreach (var layer in plan.Layers)
        {
            var output = layer.OutputShape(shape);
            field = layer.Grow(field, shape);
            double share = (double)layer.ParameterCount / ParameterCount;
            layers.Add(new LayerSummary(layer.Key, layer.Kind, output, layer.ParameterCount, share, layer.MultiplyAdds(output), field.Size));
            shape = output;
        }

        Layers = layers;
    }

    /// <summary>The shape of the input, [N, C, H, W].</summary>
    public Shape InputShape { get; }

    /// <summary>The layers in order.</summary>
    public IReadOnlyList<LayerSummary> Layers { get; }

    /// <summary>The number of trained elements.</summary>
    public long ParameterCount { get; }

    /// <summary>Multiply-adds of one forward pass for the whole batch.</summary>
    public long MultiplyAdds => Layers.Sum(layer => layer.MultiplyAdds);
}
