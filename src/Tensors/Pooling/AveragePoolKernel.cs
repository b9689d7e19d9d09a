using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>The mean of each window. Windows have a fixed size or are adaptive, see <see cref="WindowAxis.Adaptive"/>.</summary>
/// <remarks>
/// Forward and backward share one loop: a target pixel is the weighted sum of a rectangle of source pixels. In forward, an output sums the
/// inputs in its window. In backward, an input sums the gradients of the outputs whose windows contain it. The weight is one over the area
/// of the output's window, or, if padding does not count, one over the number of image pixels in it.
/// </remarks>
internal static class AveragePoolKernel
{
    private const string Fixed = "AveragePool2d", Adaptive = "AdaptiveAveragePool2d";

    /// <summary>y[n,c,i,j] = mean of x[n,c] over window (i,j); x [N,C,H,W].</summary>
    /// <param name="x">The input.</param>
    /// <param name="window">The window.</param>
    /// <param name="countPadding">Whether padding counts as zeros; otherwise the mean is over the image pixels only.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The window has a size or stride below 1, or a padding below 0 or above half the window.
    /// </exception>
    /// <exception cref="ShapeException">The input is not of rank 4, or its padded maps are smaller than the window.</exception>
    public static Tensor<T> Forward<T>(Tensor<T> x, Window2d window, bool countPadding)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (vertical, horizontal) = WindowAxis.OfPooling(window, x.Shape, Fixed);
        return Forward(x, new Windows(vertical, horizontal, countPadding ? window.Area : 0), Fixed);
    }

    /// <summary>The gradient with respect to an input of the given shape.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The window has a size or stride below 1, or a padding below 0 or above half the window.
    /// </exception>
    /// <exception cref="ShapeException">The window does not fit the input, or dy does not have the shape of the output.</exception>
    public static Tensor<T> Backward<T>(Tensor<T> dy, Shape input, Window2d window, bool countPadding)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (vertical, horizontal) = WindowAxis.OfPooling(window, input, Fixed);
        return Backward(dy, input, new Windows(vertical, horizontal, countPadding ? window.Area : 0), Fixed);
    }

    /// <summary>y [N,C,height,width]: each element is the mean of an adaptive window of x [N,C,H,W].</summary>
    /// <exception cref="ArgumentOutOfRangeException">The output height or width is below 1.</exception>
    /// <exception cref="ShapeException">The input is not of rank 4.</exception>
    public static Tensor<T> AdaptiveForward<T>(Tensor<T> x, int height, int width)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (height < 1 || width < 1)
        {
            throw new ArgumentOutOfRangeException(
                height < 1 ? nameof(height) : nameof(width),
                $"{Adaptive}: the output must be at least 1×1 pixels, found {height}×{width}.");
        }

        return Forward(x, AdaptiveWindows(x.Shape, height, width), Adaptive);
    }

    /// <summary>The gradient with respect to an input of the given shape.</summary>
    /// <exception cref="ShapeException">The shapes are not of rank 4, or differ in the number of images or channels.</exception>
    public static Tensor<T> AdaptiveBackward<T>(Tensor<T> dy, Shape input)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (dy.Shape.Rank != 4) throw new ShapeException($"{Adaptive} backward: the gradient must be [N, C, H, W], found {dy.Shape}.");
        return Backward(dy, input, AdaptiveWindows(input, dy.Shape[2], dy.Shape[3]), Adaptive);
    }

    private static Windows AdaptiveWindows(Shape input, int height, int width)
    {
        if (input.Rank != 4) throw new ShapeException($"{Adaptive}: the input must be [N, C, H, W], found {input}.");
        return new(WindowAxis.Adaptive(input[2], height), WindowAxis.Adaptive(input[3], width), Area: 0);
    }

    private static Tensor<T> Forward<T>(Tensor<T> x, Windows windows, string operation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var y = new Tensor<T>([x.Shape[0], x.Shape[1], windows.Vertical.Outputs, windows.Horizontal.Outputs], x.Context, operation);
        Run(x, y, windows, backward: false);
        return y;
    }

    private static Tensor<T> Backward<T>(Tensor<T> dy, Shape input, Windows windows, string operation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Shape expected = [input[0], input[1], windows.Vertical.Outputs, windows.Horizontal.Outputs];
        if (dy.Shape != expected)
            throw new ShapeException($"{operation} backward: input {input} gives an output {expected}, the gradient is {dy.Shape}.");
        var dx = new Tensor<T>(input, dy.Context, $"{operation} backward");
        Run(dy, dx, windows, backward: true);
        return dx;
    }

    private static void Run<T>(Tensor<T> source, Tensor<T> target, Windows windows, bool backward)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (from, to, width) = (source.ReadMemory(), target.WriteMemory(), source.Context.VectorWidth);
        int channels = target.Shape[1], rows = target.Shape[0] * target.Shape[2];
        // The larger of source and target determines the size of the blocks.
        int rowElements = Math.Max(source.ElementCount, target.ElementCount) / rows;
        source.Context.Workers.Run(rows, Tuning.RowsPerBlock(Math.Max(1, rowElements)), (row, count) => SimdDispatch.Run<T, Action<T>>(
            width, new(from.Span, to.Span, windows, channels, backward, row, count)));
    }

    /// <summary>The windows of both axes, and the area to divide by; 0 to divide by the image pixels in each window.</summary>
    private readonly record struct Windows(WindowAxis Vertical, WindowAxis Horizontal, int Area)
    {
        /// <summary>The weight of each pixel in the window of output (i, j).</summary>
        public double Weight(int i, int j) => 1.0 / (Area > 0
            ? Area
            : (double)(Vertical.End(i) - Vertical.Start(i)) * (Horizontal.End(j) - Horizontal.Start(j)));
    }

    private readonly ref struct Action<T>(
        ReadOnlySpan<T> source, Span<T> target, Windows windows, int channels, bool backward, int fromRow, int rows) : ISimdAction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> source = source;
        private readonly Span<T> target = target;

        void ISimdAction<T>.Invoke<TSimd, TVector>()
        {
            var (vertical, horizontal) = (windows.Vertical, windows.Horizontal);
            int whole = channels - (channels % TSimd.Width);
            var (targetHeight, targetWidth) = backward ? (vertical.Inputs, horizontal.Inputs) : (vertical.Outputs, horizontal.Outputs);
            var (sourceHeight, sourceWidth) = backward ? (vertical.Outputs, horizontal.Outputs) : (vertical.Inputs, horizontal.Inputs);
            for (int row = fromRow; row < fromRow + rows; row++)
            {
                var (image, r) = Math.DivRem(row, targetHeight);
                PoolCover rowCover = new(vertical), columnCover = new(horizontal);
                if (backward) rowCover.MoveTo(r);
                var (top, bottom) = backward ? (rowCover.First, rowCover.End) : (vertical.Start(r), vertical.End(r));
                for (int column = 0; column < targetWidth; column++)
                {
                    if (backward) columnCover.MoveTo(column);
                    var (left, right) = backward
                        ? (columnCover.First, columnCover.End)
                        : (horizontal.Start(column), horizontal.End(column));
                    double weight = backward ? 0 : windows.Weight(r, column);
                    int to = ((row * targetWidth) + column) * channels;
                    bool first = true;
                    for (int i = top; i < bottom; i++)
                    {
                        for (int j = left; j < right; j++)
                        {
                            int from = ((((image * sourceHeight) + i) * sourceWidth) + j) * channels;
                            T factor = T.CreateTruncating(backward ? windows.Weight(i, j) : weight);
                            AddScaled<TSimd, TVector>(0, whole, from, to, factor, first);
                            AddScaled<SimdScalar<T>, T>(whole, channels, from, to, factor, first);
                            first = false;
                        }
                    }

                    // Backward only: no window contains this input.
                    if (first) target.Slice(to, channels).Clear();
                }
            }
        }

        private void AddScaled<TSimd, TVector>(nint fromChannel, nint toChannel, nint from, nint to, T factor, bool first)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            ref readonly T read = ref source.GetPinnableReference();
            ref T written = ref target.GetPinnableReference();
            var weight = TSimd.Broadcast(factor);
            for (nint c = fromChannel; c < toChannel; c += TSimd.Width)
            {
                var value = TSimd.Load(in read, from + c);
                var sum = first ? TSimd.Multiply(value, weight) : TSimd.MultiplyAdd(value, weight, TSimd.Load(in written, to + c));
                TSimd.Store(sum, ref written, to + c);
            }
        }
    }
}
