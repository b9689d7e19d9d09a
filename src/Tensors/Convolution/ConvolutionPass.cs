namespace DeepSharp.Tensors;

/// <summary>The three convolutions of a training step.</summary>
public enum ConvolutionPass
{
    /// <summary>Output from input and weights.</summary>
    Forward,

    /// <summary>Gradient of the input from that of the output and the weights.</summary>
    InputGradient,

    /// <summary>Gradient of the weights from the input and the gradient of the output.</summary>
    WeightGradient,
}
