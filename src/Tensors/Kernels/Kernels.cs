using System.ComponentModel;

namespace DeepSharp.Tensors;

/// <summary>Every kernel that an operation can call, on tensors. The base implementation is the CPU; a backend overrides the kernels that it has.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public partial class Kernels
{
}
