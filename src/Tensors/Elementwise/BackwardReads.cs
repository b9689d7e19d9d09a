using System.ComponentModel;

namespace DeepSharp.Tensors;

/// <summary>The values that the gradient of an elementwise function reads, besides the upstream gradient.</summary>
[Flags]
[EditorBrowsable(EditorBrowsableState.Never)]
public enum BackwardReads
{
    /// <summary>Only the upstream gradient.</summary>
    None = 0,

    /// <summary>The input of a unary function, or the left operand of a binary function.</summary>
    Input = 1,

    /// <summary>The right operand of a binary function.</summary>
    Right = 2,

    /// <summary>The output.</summary>
    Output = 4,
}
