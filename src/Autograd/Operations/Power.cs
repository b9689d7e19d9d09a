using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>x^p, element by element, for one exponent; NaN where x is negative and p not whole.</summary>
internal sealed class Power<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly double exponent;

    internal Power(double exponent) => this.exponent = exponent;

    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Power(Input(0), exponent);

    /// <inheritdoc/>
    // dx = dy · p · x^(p − 1); 0 for p = 0, as in PyTorch.
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.PowerBackward(Input(0), exponent, upstream));
}

public static partial class VariableOperations
{
    /// <summary>x^p, element by element.</summary>
    /// <param name="x">The variable.</param>
    /// <param name="exponent">The exponent p.</param>
    public static Variable<T> Power<T>(this Variable<T> x, double exponent)
        where T : unmanaged, IFloatingPointIeee754<T> => new Power<T>(exponent).Apply(x);
}
