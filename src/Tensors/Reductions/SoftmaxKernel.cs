using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>
/// Softmax, exp(x) / Σ exp(x), and its logarithm along one axis. The largest element is subtracted first, so that nothing overflows.
/// </summary>
internal static class SoftmaxKernel
{
    private delegate void RowFunction<T>(VectorWidth width, ReadOnlySpan<T> x, Span<T> y);

    private delegate void RowGradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx);

    /// <summary>y = exp(x − m) / Σ exp(x − m), where m is the largest element of the row.</summary>
    public static Tensor<T> Softmax<T>(Tensor<T> x, int axis)
        where T : unmanaged, IFloatingPointIeee754<T> => Forward(x, axis, SoftmaxOf);

    /// <summary>dx = y·(dy − Σ y·dy), from the output y.</summary>
    public static Tensor<T> SoftmaxBackward<T>(Tensor<T> y, Tensor<T> dy, int axis)
        where T : unmanaged, IFloatingPointIeee754<T> => Backward(y, dy, axis, SoftmaxRowBackward);

    /// <summary>y = x − m − log Σ exp(x − m), where m is the largest element of the row.</summary>
    public static Tensor<T> LogSoftmax<T>(Tensor<T> x, int axis)
        where T : unmanaged, IFloatingPointIeee754<T> => Forward(x, axis, LogSoftmaxOf);

    /// <summary>dx = dy − exp(y)·Σ dy, from the output y.</summary>
    public static Tensor<T> LogSoftmaxBackward<T>(Tensor<T> y, Tensor<T> dy, int axis)
        where T : unmanaged, IFloatingPointIeee754<T> => Backward(y, dy, axis, LogSoftmaxRowBackward);

    private static void SoftmaxOf<T>(VectorWidth width, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => TensorPrimitives.Multiply(y, T.One / SoftmaxRow.Exp(width, x, y).Sum, y);

    private static void SoftmaxRowBackward<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TensorPrimitives.Subtract(dy, TensorPrimitives.Dot(y, dy), dx);
        TensorPrimitives.Multiply(dx, y, dx);
    }

    private static void LogSoftmaxOf<T>(VectorWidth width, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (max, sum) = SoftmaxRow.Exp(width, x, y);
        // Subtract twice. If m is large, rounding m + log Σ would lose the logarithm.
        TensorPrimitives.Subtract(x, max, y);
        TensorPrimitives.Subtract(y, T.Log(sum), y);
    }

    private static void LogSoftmaxRowBackward<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ExactExp.Run(y, dx);
        TensorPrimitives.Multiply(dx, TensorPrimitives.Sum(dy), dx);
        TensorPrimitives.Subtract(dy, dx, dx);
    }

    private static Tensor<T> Forward<T>(Tensor<T> x, int axis, RowFunction<T> function)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var axes = AxisSet.Of(x.Shape, [axis]);
        using var gathered = Rows.Gather(x, axes);
        var rows = gathered ?? x;
        int length = x.Shape[axis];
        var y = new Tensor<T>(rows.Shape, x.Context, "Softmax");
        var (source, target) = (rows.ReadMemory(), y.WriteMemory());
        x.Context.Workers.Run(x.ElementCount / length, Tuning.RowsPerBlock(length), (from, count) =>
        {
            for (int row = from; row < from + count; row++)
                function(x.Context.VectorWidth, source.Span.Slice(row * length, length), target.Span.Slice(row * length, length));
        });
        return gathered is null ? y : Rows.Scatter(y, x.Shape, axes);
    }

    private static Tensor<T> Backward<T>(Tensor<T> y, Tensor<T> dy, int axis, RowGradient<T> gradient)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var axes = AxisSet.Of(y.Shape, [axis]);
        using Tensor<T>? gathered = Rows.Gather(y, axes), gatheredUpstream = Rows.Gather(dy, axes);
        var rows = gathered ?? y;
        int length = y.Shape[axis];
        var dx = new Tensor<T>(rows.Shape, y.Context, "Softmax backward");
        var (output, upstream, target) = (rows.ReadMemory(), (gatheredUpstream ?? dy).ReadMemory(), dx.WriteMemory());
        y.Context.Workers.Run(y.ElementCount / length, Tuning.RowsPerBlock(length), (from, count) =>
        {
            for (int row = from; row < from + count; row++)
            {
                gradient(
                    output.Span.Slice(row * length, length),
                    upstream.Span.Slice(row * length, length),
                    target.Span.Slice(row * length, length));
            }
        });
        return gathered is null ? dx : Rows.Scatter(dx, y.Shape, axes);
    }
}
