using System.Numerics;
using DeepSharp.Nn;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>
/// The layers of a model for an input shape, their costs, and their algorithms. The model is not run, and weights that have not been used
/// are not allocated. Layers, multiply-adds and sizes are counted as in torchinfo.
/// </summary>
public sealed class ModelSummary
{
    private ModelSummary(Shape input, IReadOnlyList<LayerSummary> layers, string kind) =>
        (InputShape, Layers, Tree) = (input, layers, SummaryNode.Tree(layers, kind));

    /// <summary>Summarizes a model for images [N, C, H, W], with the convolution algorithms that its context chooses.</summary>
    /// <param name="model">A model that is a chain of layers.</param>
    /// <param name="input">The shape of the images.</param>
    /// <exception cref="ShapeException">The model does not accept the input; the message names the layer.</exception>
    /// <exception cref="NotSupportedException">A layer does not state its output shape.</exception>
    public static ModelSummary Of<T>(Module<T> model, Shape input)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        long count = model.ParameterCount;
        List<LayerSummary> layers = [];
        var field = ReceptiveField.Pixel;
        foreach (var (key, layer, shape, output) in model.Layers(input))
        {
            field = layer.Grow(field, shape);
            double fraction = (double)layer.ParameterCount / count;
            var algorithms = layer is Conv2d<T> convolution ? ChosenAlgorithms.For(convolution.Convolution(shape), model.Context) : null;
            layers.Add(new LayerSummary(
                key, layer.Kind, output, layer.ParameterCount, fraction, layer.MultiplyAdds(output), field.Size, algorithms));
        }

        return new ModelSummary(input, layers, model.Kind)
        {
            ParameterCount = count,
            TrainableCount = model.Parameters().Where(parameter => parameter.RequiresGradient)
                .Sum(parameter => (long)parameter.Shape.ElementCount),
        };
    }

    /// <summary>The shape of the input, [N, C, H, W].</summary>
    public Shape InputShape { get; }

    /// <summary>The layers in order.</summary>
    public IReadOnlyList<LayerSummary> Layers { get; }

    /// <summary>The model, its parts and their layers, numbered. Each node precedes its children.</summary>
    public IReadOnlyList<SummaryNode> Tree { get; }

    /// <summary>The number of elements of all parameters.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>The number of elements of the parameters that are not frozen.</summary>
    public required long TrainableCount { get; init; }

    /// <summary>Multiply-adds of one forward pass for the whole batch.</summary>
    public long MultiplyAdds => Layers.Sum(layer => layer.MultiplyAdds);

    /// <summary>Bytes of the input as float32.</summary>
    public long InputBytes => InputShape.Aggregate((long)sizeof(float), (bytes, length) => bytes * length);

    /// <summary>Bytes of the outputs of the layers that have parameters, and of the gradients of these outputs, as float32.</summary>
    public long ForwardBackwardBytes =>
        Layers.Where(layer => layer.ParameterCount > 0)
            .Sum(layer => layer.OutputShape.Aggregate(2L * sizeof(float), (bytes, length) => bytes * length));

    /// <summary>Bytes of the parameters as float32.</summary>
    public long ParameterBytes => ParameterCount * sizeof(float);

    /// <summary>Bytes of input, outputs, gradients and parameters together.</summary>
    public long TotalBytes => InputBytes + ForwardBackwardBytes + ParameterBytes;

    /// <summary>A line for each node of the tree: its number, output shape, parameters and multiply-adds; then the totals.</summary>
    public override string ToString() => string.Join(Environment.NewLine, [
        .. Tree.Select(node =>
            $"{node,-34} {node.OutputShape,-20} {node.Layer?.ParameterCount,14:N0} {node.Layer?.MultiplyAdds,16:N0}".TrimEnd()),
        $"{ParameterCount:N0} parameters, {TrainableCount:N0} trainable, {MultiplyAdds:N0} multiply-adds"]);
}
