namespace DeepSharp.Tensors;

/// <summary>The three convolutions of a training step.</summary>
public enum ConvolutionPass
{
    /// <summary>The output, from the input and the weights.</summary>
    Forward,

    /// <summary>The gradient of the input, from the gradient of the output and the weights.</summary>
    InputGradient,

    /// <summary>The gradient of the weights, from the input and the gradient of the output.</summary>
    WeightGradient,
}
