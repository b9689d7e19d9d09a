using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>The squared error Σ (x − t)² / n, where n is the number of elements, or 1 if the reduction is the sum.</summary>
internal static class MeanSquaredErrorKernel
{
    /// <summary>The loss of prediction x and target t: a tensor of rank 0.</summary>
    public static Tensor<T> Forward<T>(Tensor<T> prediction, Tensor<T> target, LossReduction reduction)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (x, t) = (prediction.ReadMemory(), target.ReadMemory());
        using var sum = prediction.Context.Pool.RentScratch<double>(1);
        Summation.OfRows(prediction.Context, 1, prediction.ElementCount, (_, start, count) => Summation.Sum<T, SquaredDistanceTerm<T>>(
            prediction.Context.VectorWidth, new(x.Span.Slice(start, count), t.Span.Slice(start, count)), count), sum.Memory);
        return Tensor<T>.Scalar(T.CreateTruncating(sum.Span[0] / Divisor(prediction, reduction)), prediction.Context);
    }

    /// <summary>dx = 2·(x − t)·dy / n. The gradient with respect to the target is the same with x and t exchanged.</summary>
    public static Tensor<T> Backward<T>(Tensor<T> prediction, Tensor<T> target, LossReduction reduction, Tensor<T> upstream)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var gradient = new Tensor<T>(prediction.Shape, prediction.Context, "MeanSquaredError backward");
        var (x, t, dx) = (prediction.ReadMemory(), target.ReadMemory(), gradient.WriteMemory());
        T scale = T.CreateTruncating(2) * upstream.ToScalar() / T.CreateTruncating(Divisor(prediction, reduction));
        prediction.Context.Workers.Run(prediction.ElementCount, Tuning.BlockElements, (from, count) =>
        {
            var part = dx.Span.Slice(from, count);
            TensorPrimitives.Subtract(x.Span.Slice(from, count), t.Span.Slice(from, count), part);
            TensorPrimitives.Multiply(part, scale, part);
        });
        return gradient;
    }

    private static int Divisor<T>(Tensor<T> prediction, LossReduction reduction)
        where T : unmanaged, IFloatingPointIeee754<T> => reduction == LossReduction.Mean ? prediction.ElementCount : 1;
}
