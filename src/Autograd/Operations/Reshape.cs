using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>The same elements in the same logical row-major order under another shape.</summary>
internal sealed class Reshape<T>(Shape shape) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Reshape(Input(0), shape);

    /// <inheritdoc/>
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.Reshape(upstream, InputShape(0)));
}

public static partial class VariableOperations
{
    /// <summary>The elements in the same logical order under another shape.</summary>
    /// <exception cref="ShapeException">The number of elements differs.</exception>
    public static Variable<T> Reshape<T>(this Variable<T> x, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        if (shape.ElementCount != x.Shape.ElementCount)
            throw new ShapeException($"Reshape: {x.Shape} has {x.Shape.ElementCount} elements, {shape} has {shape.ElementCount}.");
        return new Reshape<T>(shape).Apply(x);
    }

    /// <summary>Images [N, C, H, W] as rows [N, C·H·W] in C, H, W order, as PyTorch's; of any other rank, all axes after the first become one.</summary>
    /// <exception cref="ShapeException">The tensor has rank 0.</exception>
    public static Variable<T> Flatten<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Shape.Rank == 0) throw new ShapeException("Flatten: expected [N, ...], found a tensor of rank 0.");
        return x.Reshape([x.Shape[0], x.Shape.ElementCount / x.Shape[0]]);
    }
}
