using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The axes in another order: axis i of the result is axis <c>axes[i]</c> of x.</summary>
internal sealed class Permute<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int[] axes;

    /// <summary>The operation for an order of axes.</summary>
    public Permute(params ReadOnlySpan<int> axes) => this.axes = axes.ToArray();

    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Permute(Input(0), axes);

    /// <inheritdoc/>
    // The inverse order puts every axis back.
    protected override void Backward(Tensor<T> upstream)
    {
        Span<int> inverse = stackalloc int[axes.Length];
        for (int i = 0; i < axes.Length; i++) inverse[InputShape(0).Axis(axes[i])] = i;
        Propagate(0, Kernels.Permute(upstream, inverse));
    }
}

public static partial class VariableOperations
{
    /// <summary>The axes in another order.</summary>
    /// <param name="x">A tensor of any rank.</param>
    /// <param name="axes">For each axis of the result the axis of <paramref name="x"/> that it is, −1 being the last one; each once.</param>
    /// <exception cref="ArgumentException">The axes are not those of <paramref name="x"/>, each once.</exception>
    public static Variable<T> Permute<T>(this Variable<T> x, params ReadOnlySpan<int> axes)
        where T : unmanaged, IFloatingPointIeee754<T> => new Permute<T>(axes).Apply(x);

    /// <summary>Rows become columns: [M, N] to [N, M].</summary>
    /// <exception cref="ShapeException">The tensor is not of rank 2.</exception>
    public static Variable<T> Transpose<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Shape.Rank == 2 ? x.Permute(1, 0) : throw new ShapeException($"Transpose: expected [M, N], found {x.Shape}; use Permute for other ranks.");
    }
}
