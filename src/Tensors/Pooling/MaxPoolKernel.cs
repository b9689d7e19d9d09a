using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Tensors;

/// <summary>
/// The maximum of each window. As in PyTorch, padding is never selected, and NaN is larger than any number. Of equal elements, the first in
/// row-major order is selected; of several NaNs, the last.
/// </summary>
/// <remarks>
/// For backward, forward records argmax indices: for each output, the row-major position of its maximum in the window with its padding.
/// They are stored in the order of the output, one byte each, or one element of T each if a window has more than 256 positions. Backward
/// does not read the input.
/// </remarks>
internal static class MaxPoolKernel
{
    private const string Operation = "MaxPool2d";

    /// <summary>y[n,c,i,j] = max of x[n,c] over window (i,j); x [N,C,H,W].</summary>
    /// <param name="x">The input.</param>
    /// <param name="window">The window.</param>
    /// <param name="recordArgmax">Whether to record the argmax indices for backward.</param>
    /// <param name="argmax">The argmax indices, owned by the caller; null unless recorded.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The window has a size or stride below 1, or a padding below 0 or above half the window.
    /// </exception>
    /// <exception cref="ShapeException">The input is not of rank 4, or its padded maps are smaller than the window.</exception>
    public static Tensor<T> Forward<T>(Tensor<T> x, Window2d window, bool recordArgmax, out PooledMemory<byte>? argmax)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var profile = x.Context.Profile(Operation, "forward");
        var (vertical, horizontal) = WindowAxis.OfPooling(window, x.Shape, Operation);
        var y = new Tensor<T>([x.Shape[0], x.Shape[1], vertical.Outputs, horizontal.Outputs], x.Context, Operation);
        argmax = recordArgmax ? x.Context.Pool.Rent<byte>(ArgmaxBytes<T>(y.Shape, window)) : null;
        var (source, target, record) = (x.ReadMemory(), y.WriteMemory(), argmax?.Memory ?? default);
        int channels = x.Shape[1], inputsOfRow = channels * horizontal.Inputs * window.StrideHeight;
        x.Context.Workers.Run(x.Shape[0] * vertical.Outputs, Tuning.RowsPerBlock(inputsOfRow), (from, count) =>
            SimdDispatch.Run<T, ForwardAction<T>>(
                x.Context.VectorWidth, new(source.Span, target.Span, record.Span, channels, vertical, horizontal, from, count)));
        return y;
    }

    /// <summary>
    /// dx is 0 except at the argmax positions, where the elements of dy are added. Overlapping windows are added in row-major order.
    /// </summary>
    /// <param name="dy">The gradient of the loss with respect to the output.</param>
    /// <param name="argmax">The argmax indices that forward recorded.</param>
    /// <param name="input">The shape of the input.</param>
    /// <param name="window">The window.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The window has a size or stride below 1, or a padding below 0 or above half the window.
    /// </exception>
    /// <exception cref="ShapeException">
    /// The window does not fit the input, dy does not have the shape of the output, or the argmax indices have a different length.
    /// </exception>
    public static Tensor<T> Backward<T>(Tensor<T> dy, PooledMemory<byte> argmax, Shape input, Window2d window)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var profile = dy.Context.Profile(Operation, "backward");
        var (vertical, horizontal) = WindowAxis.OfPooling(window, input, Operation);
        Shape expected = [input[0], input[1], vertical.Outputs, horizontal.Outputs];
        if (dy.Shape != expected || argmax.Length != ArgmaxBytes<T>(expected, window))
        {
            throw new ShapeException(
                $"{Operation} backward: input {input} gives an output {expected}, " +
                $"the gradient is {dy.Shape} with {argmax.Length} bytes of argmax indices.");
        }

        var dx = new Tensor<T>(input, dy.Context, $"{Operation} backward");
        var (upstream, target, record) = (dy.ReadMemory(), dx.WriteMemory(), argmax.Memory);
        int channels = input[1];
        dy.Context.Workers.Run(input[0] * vertical.Inputs, Tuning.RowsPerBlock(channels * horizontal.Inputs), (from, count) =>
            SimdDispatch.Run<T, BackwardAction<T>>(
                dy.Context.VectorWidth, new(upstream.Span, target.Span, record.Span, channels, vertical, horizontal, from, count)));
        return dx;
    }

    private static int ArgmaxBytes<T>(Shape output, Window2d window)
        where T : unmanaged => window.Area <= 256 ? output.ElementCount : checked(output.ElementCount * Unsafe.SizeOf<T>());

    // Processes one output row at a time; lanes are channels.
    private readonly ref struct ForwardAction<T>(
        ReadOnlySpan<T> x,
        Span<T> y,
        Span<byte> argmax,
        int channels,
        WindowAxis vertical,
        WindowAxis horizontal,
        int fromRow,
        int rows) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> x = x;
        private readonly Span<T> y = y;
        private readonly Span<byte> argmax = argmax;

        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            int whole = channels - (channels % TSimd.Width);
            for (int row = fromRow; row < fromRow + rows; row++)
            {
                var (image, i) = Math.DivRem(row, vertical.Outputs);
                int top = vertical.Start(i), height = vertical.End(i) - top;
                int firstPosition = (top - vertical.Origin(i)) * horizontal.Kernel;
                for (int j = 0; j < horizontal.Outputs; j++)
                {
                    int left = horizontal.Start(j), width = horizontal.End(j) - left;
                    int corner = ((((image * vertical.Inputs) + top) * horizontal.Inputs) + left) * channels;
                    int output = ((row * horizontal.Outputs) + j) * channels;
                    int position = firstPosition + left - horizontal.Origin(j);
                    Window<TSimd, TVector>(0, whole, corner, height, width, position, output);
                    Window<SimdScalar<T>, T>(whole, channels, corner, height, width, position, output);
                }
            }
        }

        private void Window<TSimd, TVector>(nint from, nint to, nint corner, int height, int width, int position, nint output)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            ref readonly T source = ref x.GetPinnableReference();
            ref T target = ref y.GetPinnableReference();
            ref byte record = ref argmax.GetPinnableReference();
            ref T wideRecord = ref MemoryMarshal.Cast<byte, T>(argmax).GetPinnableReference();
            bool records = !argmax.IsEmpty, wide = argmax.Length > y.Length;
            nint nextPixel = channels, nextRow = (nint)channels * horizontal.Inputs;
            int kernelWidth = horizontal.Kernel;
            var one = TSimd.Broadcast(T.One);
            for (nint c = from; c < to; c += TSimd.Width)
            {
                var best = TSimd.Load(in source, corner + c);
                var index = TSimd.Broadcast(T.CreateTruncating(position));
                for (int i = 0; i < height; i++)
                {
                    nint pixel = corner + c + (i * nextRow);
                    var here = TSimd.Broadcast(T.CreateTruncating(position + (i * kernelWidth)));
                    for (int j = 0; j < width; j++)
                    {
                        var value = TSimd.Load(in source, pixel);
                        var larger = TSimd.GreaterThan(value, best);
                        // NaN is not larger than any value and not equal to itself, but must become the maximum.
                        var number = TSimd.EqualTo(value, value);
                        best = TSimd.Select(number, TSimd.Select(larger, value, best), value);
                        index = TSimd.Select(number, TSimd.Select(larger, here, index), here);
                        here = TSimd.Add(here, one);
                        pixel += nextPixel;
                    }
                }

                TSimd.Store(best, ref target, output + c);
                if (wide) TSimd.Store(index, ref wideRecord, output + c);
                else if (records) TSimd.StoreBytes(index, ref record, output + c);
            }
        }
    }

    // Processes one input row at a time. Each input sums over the windows that contain it, so the rows are independent.
    private readonly ref struct BackwardAction<T>(
        ReadOnlySpan<T> dy,
        Span<T> dx,
        ReadOnlySpan<byte> argmax,
        int channels,
        WindowAxis vertical,
        WindowAxis horizontal,
        int fromRow,
        int rows) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> dy = dy;
        private readonly Span<T> dx = dx;
        private readonly ReadOnlySpan<byte> argmax = argmax;

        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            int whole = channels - (channels % TSimd.Width);
            for (int row = fromRow; row < fromRow + rows; row++)
            {
                var (image, h) = Math.DivRem(row, vertical.Inputs);
                var rowCover = new PoolCover(vertical);
                var columnCover = new PoolCover(horizontal);
                rowCover.MoveTo(h);
                for (int w = 0; w < horizontal.Inputs; w++)
                {
                    columnCover.MoveTo(w);
                    int input = ((row * horizontal.Inputs) + w) * channels;
                    bool first = true;
                    for (int i = rowCover.First; i < rowCover.End; i++)
                    {
                        for (int j = columnCover.First; j < columnCover.End; j++)
                        {
                            int output = ((((image * vertical.Outputs) + i) * horizontal.Outputs) + j) * channels;
                            int position = ((h - vertical.Origin(i)) * horizontal.Kernel) + w - horizontal.Origin(j);
                            Take<TSimd, TVector>(0, whole, output, position, input, first);
                            Take<SimdScalar<T>, T>(whole, channels, output, position, input, first);
                            first = false;
                        }
                    }

                    // No window contains this input.
                    if (first) dx.Slice(input, channels).Clear();
                }
            }
        }

        private void Take<TSimd, TVector>(nint from, nint to, nint output, int position, nint input, bool first)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            ref readonly T upstream = ref dy.GetPinnableReference();
            ref T target = ref dx.GetPinnableReference();
            ref readonly byte record = ref argmax.GetPinnableReference();
            ref readonly T wideRecord = ref MemoryMarshal.Cast<byte, T>(argmax).GetPinnableReference();
            bool wide = argmax.Length > dy.Length;
            var zero = TSimd.Broadcast(T.Zero);
            var here = TSimd.Broadcast(T.CreateTruncating(position));
            for (nint c = from; c < to; c += TSimd.Width)
            {
                var index = wide ? TSimd.Load(in wideRecord, output + c) : TSimd.LoadBytes(in record, output + c);
                var taken = TSimd.Select(TSimd.EqualTo(index, here), TSimd.Load(in upstream, output + c), zero);
                TSimd.Store(first ? taken : TSimd.Add(TSimd.Load(in target, input + c), taken), ref target, input + c);
            }
        }
    }
}
