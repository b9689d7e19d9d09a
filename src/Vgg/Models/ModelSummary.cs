using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>
/// What each layer of a model makes of an input, what it costs, and how it is computed; from the plan, without weights and without running it. Numbers,
/// multiply-adds and sizes are counted as torchinfo counts them.
/// </summary>
public sealed class ModelSummary
{
    /// <summary>Summarises a model for images [N, C, H, W].</summary>
    /// <param name="plan">The model.</param>
    /// <param name="input">The shape of the images.</param>
    /// <param name="context">Whose convolution algorithms to name; null for the default's.</param>
    /// <exception cref="ShapeException">The model cannot take the input; the message names the layer.</exception>
    public ModelSummary(VggPlan plan, Shape input, ComputeContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        InputShape = input;
        ParameterCount = TrainableCount = plan.ParameterCount;
        List<LayerSummary> layers = [];
        var (shape, field) = (input, ReceptiveField.Pixel);
        foreach (var layer in plan.Layers)
        {
            var output = layer.OutputShape(shape);
            field = layer.Grow(field, shape);
            var algorithms = layer is Conv2dPlan convolution ? ChosenAlgorithms.For(convolution.Convolution(shape), context ?? ComputeContext.Default) : null;
            double share = (double)layer.ParameterCount / ParameterCount;
            layers.Add(new LayerSummary(layer.Key, layer.Kind, output, layer.ParameterCount, share, layer.MultiplyAdds(output), field.Size, algorithms));
            shape = output;
        }

        Layers = layers;
        Tree = SummaryNode.Tree(layers);
    }

    /// <summary>The shape of the input, [N, C, H, W].</summary>
    public Shape InputShape { get; }

    /// <summary>The layers in order.</summary>
    public IReadOnlyList<LayerSummary> Layers { get; }

    /// <summary>The model, its parts and their layers, numbered, each before what it is made of.</summary>
    public IReadOnlyList<SummaryNode> Tree { get; }

    /// <summary>The number of elements of all parameters.</summary>
    public long ParameterCount { get; }

    /// <summary>How many of them training changes; all, unless the summary is <see cref="Of{T}"/> a model with frozen parts.</summary>
    public long TrainableCount { get; private init; }

    /// <summary>Multiply-adds of one forward pass for the whole batch.</summary>
    public long MultiplyAdds => Layers.Sum(layer => layer.MultiplyAdds);

    /// <summary>Bytes of the input, in float.</summary>
    public long InputBytes => InputShape.Aggregate((long)sizeof(float), (bytes, length) => bytes * length);

    /// <summary>Bytes of the outputs of the layers that have parameters, in float, and of their gradients.</summary>
    public long ForwardBackwardBytes =>
        Layers.Where(layer => layer.ParameterCount > 0).Sum(layer => layer.OutputShape.Aggregate(2L * sizeof(float), (bytes, length) => bytes * length));

    /// <summary>Bytes of the parameters, in float.</summary>
    public long ParameterBytes => ParameterCount * sizeof(float);

    /// <summary>Bytes of input, outputs, gradients and parameters together.</summary>
    public long TotalBytes => InputBytes + ForwardBackwardBytes + ParameterBytes;

    /// <summary>Summarises a model as it is, with its context's algorithms and without counting frozen parameters as trainable.</summary>
    /// <exception cref="ShapeException">The model cannot take the input; the message names the layer.</exception>
    public static ModelSummary Of<T>(VggModel<T> model, Shape input)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        return new ModelSummary(model.Plan, input, model.Context)
        {
            TrainableCount = model.Parameters().Where(parameter => parameter.RequiresGradient).Sum(parameter => (long)parameter.Value.ElementCount),
        };
    }
}
