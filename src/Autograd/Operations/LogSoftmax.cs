using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The logarithm of softmax along one axis: x − log Σ exp(x).</summary>
internal sealed class LogSoftmax<T>(int axis) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.LogSoftmax(Input(0), axis);

    /// <inheritdoc/>
    // dx = dy − exp(y)·Σ dy
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.LogSoftmaxBackward(Output, upstream, axis));
}

public static partial class VariableOperations
{
    /// <summary>The logarithm of softmax along an axis, without taking a logarithm of what may be zero: x − log Σ exp(x).</summary>
    /// <param name="x">A tensor of rank 1 to 4.</param>
    /// <param name="axis">The axis, −1 being the last one: the classes of logits [N, classes].</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public static Variable<T> LogSoftmax<T>(this Variable<T> x, int axis = -1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        return new LogSoftmax<T>(x.Shape.Axis(axis)).Apply(x);
    }
}
