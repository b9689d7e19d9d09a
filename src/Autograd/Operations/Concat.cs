using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>Tensors put one behind the other along an axis.</summary>
internal sealed class Concat<T>(int axis) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Forward()
    {
        var first = InputShape(0);
        int total = 0;
        for (int i = 0; i < InputCount; i++)
        {
            var shape = InputShape(i);
            if (shape.Rank != first.Rank || shape.With(axis, first[axis]) != first)
                throw new ShapeException($"Concat: {first} and {shape} must be equal on all axes but axis {axis}.");
            total += shape[axis];
        }

        var whole = new Tensor<T>(first.With(axis, total), Input(0).Context, Name);
        Span<int> start = stackalloc int[first.Rank];
        start.Clear();
        for (int i = 0; i < InputCount; start[axis] += InputShape(i++)[axis]) Kernels.SetSlice(whole, start, Input(i));
        return whole;
    }

    /// <inheritdoc/>
    // Each input gets its part of dy.
    protected override void Backward(Tensor<T> upstream)
    {
        Span<int> start = stackalloc int[upstream.Shape.Rank];
        start.Clear();
        for (int i = 0; i < InputCount; start[axis] += InputShape(i++)[axis])
        {
            if (Needs(i)) Propagate(i, Kernels.Slice(upstream, start, InputShape(i)));
        }
    }
}

public static partial class VariableOperations
{
    /// <summary>Puts <paramref name="others"/> behind <paramref name="first"/> along an axis.</summary>
    /// <param name="first">The first tensor.</param>
    /// <param name="axis">The axis, −1 being the last one.</param>
    /// <param name="others">Tensors of the same shape but for the length of that axis.</param>
    /// <exception cref="ShapeException">The shapes differ elsewhere.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public static Variable<T> Concat<T>(this Variable<T> first, int axis, params ReadOnlySpan<Variable<T>> others)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(first);
        return new Concat<T>(first.Shape.Axis(axis)).Apply([first, .. others]);
    }
}
