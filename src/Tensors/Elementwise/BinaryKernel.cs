using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>A function of two elements.</summary>
internal interface IBinaryOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Applies the function lane by lane.</summary>
    TVector Invoke<TSimd, TVector>(TVector a, TVector b)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;
}

/// <summary>Applies an <see cref="IBinaryOperator{T}"/> to two tensors that broadcast.</summary>
internal static class BinaryKernel
{
    /// <summary>output[i] = op(left[i], right[i]), each operand stretched to the output.</summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public static Tensor<T> Run<T, TOperator>(Tensor<T> left, Tensor<T> right, string name, TOperator op)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T>
    {
        ArgumentNullException.ThrowIfNull(left);
        left.RequireSameContext(right, name);
        var shape = Shape.Broadcast(name, left.Shape, right.Shape);
        var loop = new BroadcastLoop(shape, left.Shape, right.Shape);
        var output = new Tensor<T>(shape, left.Context, name);
        var (a, b, y) = (left.ReadMemory(), right.ReadMemory(), output.WriteMemory());
        Blocks.Run(
            left.Context,
            loop.PieceCount,
            (from, count) => SimdDispatch.Run<T, Action<T, TOperator>>(left.Context.VectorWidth, new(loop, from, count, a.Span, b.Span, y.Span, op)),
            loop.PiecesPerBlock);
        return output;
    }

    private readonly ref struct Action<T, TOperator>(
        BroadcastLoop loop, int from, int count, ReadOnlySpan<T> left, ReadOnlySpan<T> right, Span<T> output, TOperator op) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T>
    {
        private readonly BroadcastLoop loop = loop;
        private readonly int from = from, count = count;
        private readonly ReadOnlySpan<T> left = left, right = right;
        private readonly Span<T> output = output;
        private readonly TOperator op = op;

        public void Invoke<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            for (int number = from; number < from + count; number++)
            {
                var piece = loop.Piece(number);
                ref readonly T a = ref left[piece.Left];
                ref readonly T b = ref right[piece.Right];
                ref T y = ref output[piece.Output];
                if (loop.LeftStep > 1 || loop.RightStep > 1)
                {
                    Strided(in a, in b, ref y, piece.Length);
                    continue;
                }

                // Whole vectors, then the remainder through the same loop at width 1.
                int whole = piece.Length - (piece.Length % TSimd.Width);
                Loop<TSimd, TVector>(in a, in b, ref y, 0, whole);
                Loop<SimdScalar<T>, T>(in a, in b, ref y, whole, piece.Length);
            }
        }

        private void Loop<TSimd, TVector>(ref readonly T a, ref readonly T b, ref T y, nint from, nint to)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            if (loop.LeftStep == 0)
            {
                var same = TSimd.Broadcast(a);
                for (nint i = from; i < to; i += TSimd.Width) TSimd.Store(op.Invoke<TSimd, TVector>(same, TSimd.Load(in b, i)), ref y, i);
            }
            else if (loop.RightStep == 0)
            {
                var same = TSimd.Broadcast(b);
                for (nint i = from; i < to; i += TSimd.Width) TSimd.Store(op.Invoke<TSimd, TVector>(TSimd.Load(in a, i), same), ref y, i);
            }
            else
            {
                for (nint i = from; i < to; i += TSimd.Width)
                    TSimd.Store(op.Invoke<TSimd, TVector>(TSimd.Load(in a, i), TSimd.Load(in b, i)), ref y, i);
            }
        }

        private void Strided(ref readonly T a, ref readonly T b, ref T y, nint length)
        {
            nint leftStep = loop.LeftStep, rightStep = loop.RightStep;
            for (nint i = 0; i < length; i++)
            {
                var value = op.Invoke<SimdScalar<T>, T>(SimdScalar<T>.Load(in a, i * leftStep), SimdScalar<T>.Load(in b, i * rightStep));
                SimdScalar<T>.Store(value, ref y, i);
            }
        }
    }
}
