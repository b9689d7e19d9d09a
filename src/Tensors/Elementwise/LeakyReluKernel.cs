using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>The leaky rectifier: y = x where x &gt; 0, else slope · x.</summary>
internal static class LeakyReluKernel
{
    /// <summary>y = x where x &gt; 0, else slope · x.</summary>
    public static Tensor<T> Forward<T>(Tensor<T> x, double slope)
        where T : unmanaged, IFloatingPointIeee754<T> => UnaryKernel.Run(x, "LeakyRelu", new ForwardOperator<T>(T.CreateTruncating(slope)));

    /// <summary>dx = dy where x &gt; 0, else slope · dy.</summary>
    public static Tensor<T> Backward<T>(Tensor<T> x, Tensor<T> dy, double slope)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryKernel.Run(x, dy, "LeakyRelu backward", new BackwardOperator<T>(T.CreateTruncating(slope)));

    private readonly struct ForwardOperator<T>(T slope) : IUnaryOperator<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public TVector Invoke<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct =>
            TSimd.Select(TSimd.GreaterThan(x, TSimd.Broadcast(T.Zero)), x, TSimd.Multiply(x, TSimd.Broadcast(slope)));
    }

    private readonly struct BackwardOperator<T>(T slope) : IBinaryOperator<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public TVector Invoke<TSimd, TVector>(TVector x, TVector dy)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct =>
            TSimd.Select(TSimd.GreaterThan(x, TSimd.Broadcast(T.Zero)), dy, TSimd.Multiply(dy, TSimd.Broadcast(slope)));
    }
}
