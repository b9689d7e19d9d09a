using System.Numerics;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace DeepSharp.Tensors;

/// <summary>exp(x) that is exactly 1 for 0. <see cref="TensorPrimitives"/> returns 1 + ε in float.</summary>
internal static class ExactExp
{
    /// <summary>y = exp(x). The spans may not overlap.</summary>
    public static void Run<T>(ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TensorPrimitives.Exp(x, y);
        for (int i = 0; i < x.Length; i++)
        {
            if (T.IsZero(x[i])) y[i] = T.One;
        }
    }
}
