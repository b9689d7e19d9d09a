using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>y = max(x, 0), element by element, for a tensor of any shape.</summary>
internal sealed class Relu<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Relu(Input(0));

    /// <inheritdoc/>
    // dx = dy · [y > 0]; at the kink the gradient is 0, as in PyTorch.
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.ReluBackward(Output, upstream));
}

public static partial class VariableOperations
{
    /// <summary>The rectifier: max(x, 0).</summary>
    public static Variable<T> Relu<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => new Relu<T>().Apply(x);
}
