namespace DeepSharp.Tensors;

/// <summary>The three passes of a convolution in a training step.</summary>
public enum ConvolutionPass
{
    /// <summary>Computes the output from the input and the weights.</summary>
    Forward,

    /// <summary>Computes the gradient of the input from the gradient of the output and the weights.</summary>
    InputGradient,

    /// <summary>Computes the gradient of the weights from the input and the gradient of the output.</summary>
    WeightGradient,
}
