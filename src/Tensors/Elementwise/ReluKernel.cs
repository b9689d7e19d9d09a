using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>The rectifier: y = max(x, 0), and dx = dy where y &gt; 0, else 0.</summary>
internal static class ReluKernel
{
    /// <summary>y = max(x, 0); NaN stays NaN.</summary>
    public static Tensor<T> Forward<T>(Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => UnaryKernel.Run(x, "Relu", default(ForwardOperator<T>));

    /// <summary>dx = dy where y &gt; 0, else 0, from the output <paramref name="y"/>.</summary>
    public static Tensor<T> Backward<T>(Tensor<T> y, Tensor<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryKernel.Run(y, dy, "Relu backward", default(BackwardOperator<T>));

    private readonly struct ForwardOperator<T> : IUnaryOperator<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public TVector Invoke<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct => TSimd.Max(x, TSimd.Broadcast(T.Zero));
    }

    private readonly struct BackwardOperator<T> : IBinaryOperator<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public TVector Invoke<TSimd, TVector>(TVector y, TVector dy)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var zero = TSimd.Broadcast(T.Zero);
            return TSimd.Select(TSimd.GreaterThan(y, zero), dy, zero);
        }
    }
}
