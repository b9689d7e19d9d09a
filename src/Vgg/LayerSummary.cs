using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>One layer of a <see cref="ModelSummary"/>.</summary>
/// <param name="Key">The layer's path in the model.</param>
/// <param name="Kind">The type of the layer, by PyTorch's name.</param>
/// <param name="OutputShape">The shape of its output.</param>
/// <param name="ParameterCount">The number of its trainable elements.</param>
/// <param name="ParameterShare">Its fraction of all parameters, 0 to 1.</param>
/// <param name="MultiplyAdds">Multiply-adds of its forward pass for the whole batch.</param>
/// <param name="ReceptiveField">The number of image pixels, along one axis, that an element of its output depends on.</param>
/// <param name="Algorithms">The algorithms of a convolution; null for other layers.</param>
public sealed record LayerSummary(
    string Key,
    string Kind,
    Shape OutputShape,
    long ParameterCount,
    double ParameterShare,
    long MultiplyAdds,
    int ReceptiveField,
    ChosenAlgorithms? Algorithms);

/// <summary>The convolution algorithms chosen for a layer and an input, by name; see <see cref="ConvolutionAlgorithms"/>.</summary>
/// <param name="Forward">For the output.</param>
/// <param name="InputGradient">For the gradient of the input, which the first layer does not compute.</param>
/// <param name="WeightGradient">For the gradient of the weights.</param>
public sealed record ChosenAlgorithms(string Forward, string InputGradient, string WeightGradient)
{
    /// <summary>The algorithms that a context chooses for a convolution.</summary>
    public static ChosenAlgorithms For(ConvolutionShape shape, ComputeContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(Name(ConvolutionPass.Forward), Name(ConvolutionPass.InputGradient), Name(ConvolutionPass.WeightGradient));

        string Name(ConvolutionPass pass) =>
            ConvolutionAlgorithms.Choose<float>(shape, pass, context.VectorWidth, context.ConvolutionAlgorithm).Name;
    }

    /// <summary>One name if all passes use the same algorithm, else those for forward, input (dx) and weight gradient (dw).</summary>
    public override string ToString() =>
        InputGradient == Forward && WeightGradient == Forward ? Forward : $"{Forward}, dx {InputGradient}, dw {WeightGradient}";
}
