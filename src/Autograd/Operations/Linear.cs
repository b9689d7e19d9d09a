using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>y = x·Wᵀ + b for x [N, in] or [N, in, 1, 1], W [out, in] and an optional b [out], as in PyTorch.</summary>
internal sealed class LinearOperation<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Linear(Input(0), Input(1), InputCount == 3 ? Input(2) : null);

    /// <inheritdoc/>
    // dx = dy·W, dW = dyᵀ·x, db = the sum of the rows of dy
    protected override void Backward(Tensor<T> upstream)
    {
        if (Needs(0))
        {
            var gradient = new Tensor<T>(InputShape(0), upstream.Context, "Linear backward");
            Kernels.Gemm(T.One, upstream, false, Input(1), false, T.Zero, gradient);
            Propagate(0, gradient);
        }

        if (Needs(1))
        {
            var gradient = new Tensor<T>(InputShape(1), upstream.Context, "Linear backward");
            Kernels.Gemm(T.One, upstream, true, Input(0), false, T.Zero, gradient);
            Propagate(1, gradient);
        }

        if (InputCount == 3 && Needs(2))
            Propagate(2, Kernels.Sum(upstream, AxisSet.Of(upstream.Shape, [0]), keepDims: false));
    }
}

public static partial class VariableOperations
{
    /// <param name="x">The input: [N, in], or [N, in, 1, 1], which need not be flattened first.</param>
    extension<T>(Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>The linear layer x·weightᵀ + bias.</summary>
        /// <param name="weight">The weight, [out, in].</param>
        /// <param name="bias">The bias, [out]; null for none.</param>
        /// <returns>The output, [N, out].</returns>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        public Variable<T> Linear(Variable<T> weight, Variable<T>? bias = null) =>
            bias is null ? new LinearOperation<T>().Apply(x, weight) : new LinearOperation<T>().Apply(x, weight, bias);
    }
}
