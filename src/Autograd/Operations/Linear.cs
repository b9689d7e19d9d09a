using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>y = x·Wᵀ + b for x [N, in], W [out, in] and an optional b [out], as PyTorch's.</summary>
internal sealed class Linear<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward()
    {
        var (x, weight) = (InputShape(0), InputShape(1));
        if (x.Rank != 2 || weight.Rank != 2 || x[1] != weight[1])
            throw new ShapeException($"Linear: input {x} and weight {weight} do not fit; expected [N, in] and [out, in].");
        Shape result = [x[0], weight[0]];
        if (InputCount == 2)
        {
            var y = new Tensor<T>(result, Input(0).Context, Name);
            Kernels.Gemm(T.One, Input(0), false, Input(1), true, T.Zero, y);
            return y;
        }

        if (InputShape(2) != [weight[0]])
            throw new ShapeException($"Linear: bias {InputShape(2)} does not fit weight {weight}; expected [{weight[0]}].");
        // Every row starts as the bias, and the product is added.
        var biased = Kernels.Expand(Input(2), result);
        Kernels.Gemm(T.One, Input(0), false, Input(1), true, T.One, biased);
        return biased;
    }

    /// <inheritdoc/>
    // dx = dy·W, dW = dyᵀ·x, db = Σ rows of dy
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
    /// <summary>The linear layer x·weightᵀ + bias.</summary>
    /// <param name="x">[N, in].</param>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out], or null for none.</param>
    /// <returns>[N, out].</returns>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public static Variable<T> Linear<T>(this Variable<T> x, Variable<T> weight, Variable<T>? bias = null)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        bias is null ? new Linear<T>().Apply(x, weight) : new Linear<T>().Apply(x, weight, bias);
}
