using System.ComponentModel;

namespace DeepSharp.Tensors;

/// <summary>
/// All tensor kernels that operations call. This class implements them for the CPU. A backend derives from it and overrides the kernels
/// that it has.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public partial class Kernels
{
}
