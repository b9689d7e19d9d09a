using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>x where x &gt; 0, else slope · x, element by element.</summary>
internal sealed class LeakyRelu<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly double slope;

    internal LeakyRelu(double slope) => this.slope = slope;

    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.LeakyRelu(Input(0), slope);

    /// <inheritdoc/>
    // dx = dy where x > 0, else slope · dy; at the kink the gradient is slope · dy, as in PyTorch.
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.LeakyReluBackward(Input(0), slope, upstream));
}

public static partial class VariableOperations
{
    /// <summary>x where x &gt; 0, else slope · x, element by element.</summary>
    /// <param name="x">The variable.</param>
    /// <param name="slope">The slope below 0; 0.01 by default, as in PyTorch.</param>
    public static Variable<T> LeakyRelu<T>(this Variable<T> x, double slope = 0.01)
        where T : unmanaged, IFloatingPointIeee754<T> => new LeakyRelu<T>(slope).Apply(x);
}
