using System.ComponentModel;
using System.Numerics;

namespace DeepSharp.Tensors;

public partial class Kernels
{
    /// <summary>target += addend, for tensors of the same shape.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual void AddInto<T>(Tensor<T> target, Tensor<T> addend)
        where T : unmanaged, IFloatingPointIeee754<T> => UnaryKernel.AddInto(target, addend);

    /// <summary>y = f(x), element by element.</summary>
    /// <param name="function">The function.</param>
    /// <param name="x">The input.</param>
    /// <param name="parameter">
    /// The slope of <see cref="UnaryFunction.LeakyRelu"/> or the exponent of <see cref="UnaryFunction.Power"/>; other functions ignore it.
    /// </param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> Unary<T>(UnaryFunction function, Tensor<T> x, double parameter = 0)
        where T : unmanaged, IFloatingPointIeee754<T> => UnaryKernel.Forward(function, x, parameter);

    /// <summary>dx = dy · f′(x).</summary>
    /// <param name="function">The function.</param>
    /// <param name="saved">
    /// The input or the output, whichever <see cref="ElementwiseFunctions"/> says that the gradient reads; null if it reads neither.
    /// </param>
    /// <param name="dy">The upstream gradient.</param>
    /// <param name="parameter">The same parameter as in the forward pass.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> UnaryBackward<T>(UnaryFunction function, Tensor<T>? saved, Tensor<T> dy, double parameter = 0)
        where T : unmanaged, IFloatingPointIeee754<T> => UnaryKernel.Backward(function, saved, dy, parameter);

    /// <summary>z = f(x, y), element by element; the operands broadcast.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> Binary<T>(BinaryFunction function, Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryKernel<T>.Forward(function, x, y);

    /// <summary>
    /// The gradient with respect to one operand, in the shape of <paramref name="dz"/>. It is not yet summed over the axes along which the
    /// operand was broadcast.
    /// </summary>
    /// <param name="function">The function.</param>
    /// <param name="operand">0 for x, 1 for y.</param>
    /// <param name="x">The left operand, or null if the gradient does not depend on it.</param>
    /// <param name="y">The right operand, or null if the gradient does not depend on it.</param>
    /// <param name="z">The output, or null if the gradient does not depend on it.</param>
    /// <param name="dz">The upstream gradient.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual Tensor<T> BinaryBackward<T>(BinaryFunction function, int operand, Tensor<T>? x, Tensor<T>? y, Tensor<T>? z, Tensor<T> dz)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryKernel<T>.Backward(function, operand, x, y, z, dz);

    /// <summary>dx = dy where y &gt; 0, else 0.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Tensor<T> ReluBackward<T>(Tensor<T> y, Tensor<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T> => UnaryBackward(UnaryFunction.Relu, y, dy);
}
