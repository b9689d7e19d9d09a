using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The Gaussian error linear unit x · Φ(x), element by element (Hendrycks and Gimpel, arXiv 1606.08415).</summary>
internal sealed class Gelu<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly GeluApproximation approximation;

    internal Gelu(GeluApproximation approximation) => this.approximation = approximation;

    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Gelu(Input(0), approximation);

    /// <inheritdoc/>
    // dx = dy · (Φ(x) + x · Φ′(x))
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.GeluBackward(Input(0), approximation, upstream));
}

public static partial class VariableOperations
{
    /// <summary>The Gaussian error linear unit x · Φ(x), element by element.</summary>
    /// <param name="x">The variable.</param>
    /// <param name="approximation">Exact by default, as in PyTorch.</param>
    public static Variable<T> Gelu<T>(this Variable<T> x, GeluApproximation approximation = GeluApproximation.None)
        where T : unmanaged, IFloatingPointIeee754<T> => new Gelu<T>(approximation).Apply(x);
}
