namespace DeepSharp.Tensors;

/// <summary>How the Gaussian error linear unit is computed.</summary>
public enum GeluApproximation
{
    /// <summary>No approximation: x · Φ(x), where Φ is the standard normal distribution function. PyTorch's default.</summary>
    None,

    /// <summary>½x(1 + tanh(√(2/π)(x + 0.044715x³))), PyTorch's <c>approximate="tanh"</c>.</summary>
    Tanh,
}
