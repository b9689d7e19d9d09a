using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>One layer of a <see cref="ModelSummary"/>.</summary>
/// <param name="Key">The layer's path in the model.</param>
/// <param name="Kind">The PyTorch name of the layer type.</param>
/// <param name="OutputShape">The shape of its output.</param>
/// <param name="ParameterCount">The number of elements of its parameters.</param>
/// <param name="ParameterShare">The fraction of the model's parameters that belong to the layer, from 0 to 1.</param>
/// <param name="MultiplyAdds">Multiply-adds of its forward pass for the whole batch.</param>
/// <param name="ReceptiveField">
/// The number of image pixels that an element of its output depends on, along the axis with the larger number.
/// </param>
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

/// <summary>The names of the algorithms chosen for a convolution of a given shape; see <see cref="ConvolutionAlgorithms"/>.</summary>
/// <param name="Forward">The algorithm for the output.</param>
/// <param name="InputGradient">The algorithm for the gradient of the input, which training does not compute for the first layer.</param>
/// <param name="WeightGradient">The algorithm for the gradient of the weights.</param>
public sealed record ChosenAlgorithms(string Forward, string InputGradient, string WeightGradient)
{
    /// <summary>The algorithms that a context chooses for a convolution of float32 tensors.</summary>
    public static ChosenAlgorithms For(ConvolutionShape shape, ComputeContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(Name(ConvolutionPass.Forward), Name(ConvolutionPass.InputGradient), Name(ConvolutionPass.WeightGradient));

        string Name(ConvolutionPass pass) =>
            ConvolutionAlgorithms.Choose<float>(shape, pass, context.VectorWidth, context.ConvolutionAlgorithm).Name;
    }

    /// <summary>One name if all passes use the same algorithm, else three: forward, input gradient (dx) and weight gradient (dw).</summary>
    public override string ToString() =>
        InputGradient == Forward && WeightGradient == Forward ? Forward : $"{Forward}, dx {InputGradient}, dw {WeightGradient}";
}
