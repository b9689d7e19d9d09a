using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>y = x^p for one exponent p.</summary>
internal static class PowerKernel
{
    /// <summary>y = x^p; NaN where x is negative and p not whole.</summary>
    public static Tensor<T> Forward<T>(Tensor<T> x, double exponent)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var p = T.CreateTruncating(exponent);
        return UnaryKernel.Run(x, "Power", (source, target) => Power(source, p, target));
    }

    /// <summary>dx = dy · p · x^(p − 1); 0 everywhere for p = 0, even where x^(−1) is infinite.</summary>
    public static Tensor<T> Backward<T>(Tensor<T> x, Tensor<T> dy, double exponent)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (exponent == 0) return Tensor<T>.Zeros(x.Shape, x.Context);
        var p = T.CreateTruncating(exponent);
        var dx = new Tensor<T>(x.Shape, x.Context, "Power backward");
        var (source, upstream, target) = (x.ReadMemory(), dy.ReadMemory(), dx.WriteMemory());
        Blocks.Run(x.Context, x.ElementCount, (from, count) =>
        {
            var part = target.Span.Slice(from, count);
            Power(source.Span.Slice(from, count), p - T.One, part);
            TensorPrimitives.Multiply(part, p, part);
            TensorPrimitives.Multiply(part, upstream.Span.Slice(from, count), part);
        });
        return dx;
    }

    // Squares, and the gradients of squares and cubes, need no logarithm.
    private static void Power<T>(ReadOnlySpan<T> x, T exponent, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (exponent == T.One) x.CopyTo(y);
        else if (exponent == T.One + T.One) TensorPrimitives.Multiply(x, x, y);
        else TensorPrimitives.Pow(x, exponent, y);
    }
}
