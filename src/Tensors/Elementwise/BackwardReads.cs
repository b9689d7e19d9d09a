using System.ComponentModel;

namespace DeepSharp.Tensors;

/// <summary>The values that the gradient of an elementwise function reads, besides the upstream gradient.</summary>
[Flags]
[EditorBrowsable(EditorBrowsableState.Never)]
public enum BackwardReads
{
    /// <summary>Only the upstream gradient.</summary>
    None = 0,

    /// <summary>The input, or the left operand.</summary>
    Input = 1,

    /// <summary>The right operand.</summary>
    Right = 2,

    /// <summary>The output.</summary>
    Output = 4,
}
