using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>A function of one element.</summary>
internal interface IUnaryOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Applies the function lane by lane.</summary>
    TVector Invoke<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;
}

/// <summary>y = f(x), for a run of elements.</summary>
internal delegate void UnaryFunction<T>(ReadOnlySpan<T> x, Span<T> y);

/// <summary>Applies a function to every element of a tensor.</summary>
internal static class UnaryKernel
{
    /// <summary>y[i] = op(x[i]), in vectors.</summary>
    public static Tensor<T> Run<T, TOperator>(Tensor<T> x, string name, TOperator op)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TOperator : struct, IUnaryOperator<T> =>
        Run(x, name, (source, target) => SimdDispatch.Run<T, Action<T, TOperator>>(x.Context.VectorWidth, new(source, target, op)));

    /// <summary>y = f(x) for one block after another, for functions that come as spans (those of TensorPrimitives).</summary>
    public static Tensor<T> Run<T>(Tensor<T> x, string name, UnaryFunction<T> function)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        var y = new Tensor<T>(x.Shape, x.Context, name);
        var (source, target) = (x.ReadMemory(), y.WriteMemory());
        Blocks.Run(x.Context, x.ElementCount, (from, count) => function(source.Span.Slice(from, count), target.Span.Slice(from, count)));
        return y;
    }

    private readonly ref struct Action<T, TOperator>(ReadOnlySpan<T> x, Span<T> y, TOperator op) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TOperator : struct, IUnaryOperator<T>
    {
        private readonly ReadOnlySpan<T> x = x;
        private readonly Span<T> y = y;
        private readonly TOperator op = op;

        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            // Whole vectors, then the remainder through the same loop at width 1.
            int whole = x.Length - (x.Length % TSimd.Width);
            Loop<TSimd, TVector>(0, whole);
            Loop<SimdScalar<T>, T>(whole, x.Length);
        }

        private void Loop<TSimd, TVector>(nint from, nint to)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            ref readonly T source = ref x.GetPinnableReference();
            ref T target = ref y.GetPinnableReference();
            for (nint i = from; i < to; i += TSimd.Width) TSimd.Store(op.Invoke<TSimd, TVector>(TSimd.Load(in source, i)), ref target, i);
        }
    }
}
