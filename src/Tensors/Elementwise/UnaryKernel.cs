using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>Elementwise operations on tensors of equal shape, computed block by block in parallel.</summary>
internal static class UnaryKernel
{
    /// <summary>y = f(x).</summary>
    public static Tensor<T> Forward<T>(UnaryFunction function, Tensor<T> x, double parameter)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var f = UnaryFunctions.Of<T>(function, parameter);
        var y = new Tensor<T>(x.Shape, x.Context, UnaryFunctions.NameOf(function));
        var (width, source, target) = (x.Context.VectorWidth, x.ReadMemory(), y.WriteMemory());
        x.Context.Workers.Run(x.ElementCount, Tuning.BlockElements, (from, count) =>
            f.Forward(width, source.Span.Slice(from, count), target.Span.Slice(from, count)));
        return y;
    }

    /// <summary>dx = dy · f′(x), where <paramref name="saved"/> is the x or y that the gradient reads.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="InvalidOperationException">The tensors belong to different contexts.</exception>
    public static Tensor<T> Backward<T>(UnaryFunction function, Tensor<T>? saved, Tensor<T> dy, double parameter)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var f = UnaryFunctions.Of<T>(function, parameter);
        string name = UnaryFunctions.NameOf(function, gradient: true);
        // If the gradient reads neither x nor y, dy is passed in their place.
        if (f.Reads == BackwardReads.None) saved = dy;
        ArgumentNullException.ThrowIfNull(saved);
        saved.RequireSameContext(dy, name);
        if (saved.Shape != dy.Shape)
            throw new ShapeException($"{name}: the upstream gradient {dy.Shape} must have the shape {saved.Shape}.");
        var dx = new Tensor<T>(dy.Shape, dy.Context, name);
        var (width, source, upstream, target) = (dy.Context.VectorWidth, saved.ReadMemory(), dy.ReadMemory(), dx.WriteMemory());
        dy.Context.Workers.Run(dy.ElementCount, Tuning.BlockElements, (from, count) =>
            f.Backward(width, source.Span.Slice(from, count), upstream.Span.Slice(from, count), target.Span.Slice(from, count)));
        return dx;
    }

    /// <summary>target += addend. Accumulates the gradients of a value that is used more than once.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static void AddInto<T>(Tensor<T> target, Tensor<T> addend)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (target.Shape != addend.Shape) throw new ShapeException($"AddInto: {addend.Shape} cannot be added into {target.Shape}.");
        var (sum, source) = (target.WriteMemory(), addend.ReadMemory());
        target.Context.Workers.Run(target.ElementCount, Tuning.BlockElements, (from, count) =>
        {
            var part = sum.Span.Slice(from, count);
            TensorPrimitives.Add(part, source.Span.Slice(from, count), part);
        });
    }
}
