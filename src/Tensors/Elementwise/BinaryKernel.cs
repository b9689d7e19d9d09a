using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>Applies a binary function to two tensors, which are broadcast to one shape.</summary>
internal abstract class BinaryKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>z = f(x, y), with both operands broadcast to the shape of the output.</summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    /// <exception cref="InvalidOperationException">The tensors belong to different contexts.</exception>
    public static Tensor<T> Forward(BinaryFunction function, Tensor<T> x, Tensor<T> y)
    {
        var kernel = BinaryFunctions.Of<T>(function);
        string name = BinaryFunctions.NameOf(function);
        x.RequireSameContext(y, name);
        return kernel.Run(name, operand: null, Shape.Broadcast(name, x.Shape, y.Shape), x, y, x, x);
    }

    /// <summary>
    /// The gradient of operand 0 or 1, in the shape of <paramref name="dz"/>. The caller must sum it over the axes along which the operand
    /// was stretched.
    /// </summary>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public static Tensor<T> Backward(BinaryFunction function, int operand, Tensor<T>? x, Tensor<T>? y, Tensor<T>? z, Tensor<T> dz)
    {
        var kernel = BinaryFunctions.Of<T>(function);
        string name = BinaryFunctions.NameOf(function, gradient: true);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)operand, 1u, nameof(operand));
        var reads = kernel.Reads(operand);
        // In place of values that the gradient does not read, dz is passed.
        Tensor<T> left = Needed(x, BackwardReads.Input, nameof(x)), right = Needed(y, BackwardReads.Right, nameof(y));
        var output = Needed(z, BackwardReads.Output, nameof(z));
        if (output.Shape != dz.Shape || Shape.Broadcast(name, Shape.Broadcast(name, left.Shape, right.Shape), dz.Shape) != dz.Shape)
        {
            throw new ShapeException(
                $"{name}: operands {left.Shape} and {right.Shape} and the output {output.Shape} do not fit " +
                $"the upstream gradient {dz.Shape}.");
        }

        return kernel.Run(name, operand, dz.Shape, left, right, output, dz);

        Tensor<T> Needed(Tensor<T>? value, BackwardReads what, string argument)
        {
            if ((reads & what) == 0) return dz;
            ArgumentNullException.ThrowIfNull(value, argument);
            dz.RequireSameContext(value, name);
            return value;
        }
    }

    /// <summary>The values that the gradient of operand 0 or 1 reads.</summary>
    public abstract BackwardReads Reads(int operand);

    /// <summary>Computes the function if <paramref name="operand"/> is null, else the gradient of that operand.</summary>
    protected abstract Tensor<T> Run(string name, int? operand, Shape shape, Tensor<T> x, Tensor<T> y, Tensor<T> z, Tensor<T> dz);
}

/// <summary>The kernel of one function.</summary>
internal sealed class BinaryKernel<T, TFunction> : BinaryKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TFunction : struct, IBinaryFunction<T>
{
    /// <summary>The only instance.</summary>
    public static readonly BinaryKernel<T, TFunction> Instance = new();

    /// <inheritdoc/>
    public override BackwardReads Reads(int operand) => TFunction.Reads(operand);

    /// <inheritdoc/>
    protected override Tensor<T> Run(string name, int? operand, Shape shape, Tensor<T> x, Tensor<T> y, Tensor<T> z, Tensor<T> dz)
    {
        var loop = new BroadcastLoop(shape, x.Shape, y.Shape);
        var result = new Tensor<T>(shape, x.Context, name);
        ReadOnlyMemory<T> left = x.ReadMemory(), right = y.ReadMemory(), output = z.ReadMemory(), upstream = dz.ReadMemory();
        var target = result.WriteMemory();
        x.Context.Workers.Run(loop.PartCount, loop.PartsPerBlock, (from, count) => SimdDispatch.Run<T, Action>(
            x.Context.VectorWidth, new(loop, from, count, operand, left.Span, right.Span, output.Span, upstream.Span, target.Span)));
        return result;
    }

    private readonly ref struct Action(
        BroadcastLoop loop,
        int from,
        int count,
        int? operand,
        ReadOnlySpan<T> left,
        ReadOnlySpan<T> right,
        ReadOnlySpan<T> output,
        ReadOnlySpan<T> upstream,
        Span<T> target) : ISimdAction<T>
    {
        private readonly ReadOnlySpan<T> left = left, right = right, output = output, upstream = upstream;
        private readonly Span<T> target = target;

        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            for (int number = from; number < from + count; number++)
            {
                var part = loop.Part(number);
                // Whole vectors, then the remainder at width 1. If an operand has a stride above 1, the width is 1 throughout.
                int whole = loop.LeftStep > 1 || loop.RightStep > 1 ? 0 : part.Length - (part.Length % TSimd.Width);
                Loop<TSimd, TVector>(part, 0, whole);
                Loop<SimdScalar<T>, T>(part, whole, part.Length);
            }
        }

        private void Loop<TSimd, TVector>((int Output, int Left, int Right, int Length) part, nint from, nint to)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            nint leftStep = loop.LeftStep, rightStep = loop.RightStep;
            ref readonly T a = ref left[part.Left];
            ref readonly T b = ref right[part.Right];
            ref T y = ref target[part.Output];
            TVector sameLeft = TSimd.Broadcast(a), sameRight = TSimd.Broadcast(b);
            if (operand is not { } index)
            {
                for (nint i = from; i < to; i += TSimd.Width)
                {
                    var x = leftStep == 0 ? sameLeft : TSimd.Load(in a, i * leftStep);
                    var other = rightStep == 0 ? sameRight : TSimd.Load(in b, i * rightStep);
                    TSimd.Store(TFunction.Forward<TSimd, TVector>(x, other), ref y, i);
                }

                return;
            }

            ref readonly T z = ref output[part.Output];
            ref readonly T dz = ref upstream[part.Output];
            for (nint i = from; i < to; i += TSimd.Width)
            {
                var x = leftStep == 0 ? sameLeft : TSimd.Load(in a, i * leftStep);
                var other = rightStep == 0 ? sameRight : TSimd.Load(in b, i * rightStep);
                TSimd.Store(TFunction.Backward<TSimd, TVector>(index, x, other, TSimd.Load(in z, i), TSimd.Load(in dz, i)), ref y, i);
            }
        }
    }
}
