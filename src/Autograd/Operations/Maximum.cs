using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The larger of x and y, element by element; NaN where either is NaN.</summary>
/// <remarks>Shapes broadcast by PyTorch's rule: aligned at the last axis, a length of 1 stretches.</remarks>
internal sealed class Maximum<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Maximum(Input(0), Input(1));

    /// <inheritdoc/>
    // The larger one gets the upstream gradient; where both are equal, half each, as in PyTorch.
    protected override void Backward(Tensor<T> upstream)
    {
        if (Needs(0)) PropagateShare(0, upstream, Kernels.Greater(Input(0), Input(1)));
        if (Needs(1)) PropagateShare(1, upstream, Kernels.Greater(Input(1), Input(0)));
    }

    private void PropagateShare(int index, Tensor<T> upstream, Tensor<T> share)
    {
        using (share) PropagateBroadcast(index, Kernels.Multiply(upstream, share));
    }
}

public static partial class VariableOperations
{
    /// <summary>The larger of x and y, element by element; NaN where either is NaN.</summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public static Variable<T> Maximum<T>(this Variable<T> x, Variable<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => new Maximum<T>().Apply(x, y);

    /// <summary>The larger of x and y, element by element; NaN where either is NaN.</summary>
    public static Variable<T> Maximum<T>(this Variable<T> x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Maximum(x.Like(y));
}
