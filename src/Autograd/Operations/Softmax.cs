using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>Softmax along one axis: exp(x) / Σ exp(x).</summary>
internal sealed class Softmax<T>(int axis) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Softmax(Input(0), axis);

    /// <inheritdoc/>
    // dx = y·(dy − Σ y·dy)
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.SoftmaxBackward(Output, upstream, axis));
}

public static partial class VariableOperations
{
    /// <summary>Positive numbers that add up to 1 along an axis: exp(x) / Σ exp(x).</summary>
    /// <param name="x">A tensor of rank 1 to 4.</param>
    /// <param name="axis">The axis, −1 being the last one: the classes of logits [N, classes].</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public static Variable<T> Softmax<T>(this Variable<T> x, int axis = -1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        return new Softmax<T>(x.Shape.Axis(axis)).Apply(x);
    }
}
