using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>One layer of a <see cref="ModelSummary"/>.</summary>
/// <param name="Key">The layer's path in the model.</param>
/// <param name="Kind">What it is, by PyTorch's name.</param>
/// <param name="OutputShape">The shape of its output.</param>
/// <param name="ParameterCount">Its trained elements.</param>
/// <param name="ParameterShare">Its share of all parameters, 0 to 1.</param>
/// <param name="MultiplyAdds">Multiply-adds of its forward pass for the whole batch.</param>
/// <param name="ReceptiveField">How many pixels of the image, along one axis, an element of its output sees.</param>
/// <param name="Algorithms">How it is computed, if it is a convolution; else null.</param>
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
    /// <summary>What a context chooses for a convolution.</summary>
    public static ChosenAlgorithms For(ConvolutionShape shape, ComputeContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(Name(ConvolutionPass.Forward), Name(ConvolutionPass.InputGradient), Name(ConvolutionPass.WeightGradient));

        string Name(ConvolutionPass pass) => ConvolutionAlgorithms.Choose<float>(shape, pass, context.VectorWidth, context.ConvolutionAlgorithm).Name;
    }

    /// <summary>One name where all passes have the same, else those of forward, input gradient (dx) and weight gradient (dw).</summary>
    public override string ToString() =>
        InputGradient == Forward && WeightGradient == Forward ? Forward : $"{Forward}, dx {InputGradient}, dw {WeightGradient}";
}
