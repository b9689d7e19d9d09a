using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>The hyperbolic tangent.</summary>
internal static class TanhKernel
{
    /// <summary>y = tanh(x).</summary>
    // Not TensorPrimitives: its result near 0 is off by thousands of ε of itself, because it goes through 1 − e^(−2x).
    public static Tensor<T> Forward<T>(Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => UnaryKernel.Run(x, "Tanh", (source, target) =>
        {
            for (int i = 0; i < source.Length; i++) target[i] = T.Tanh(source[i]);
        });
}
