namespace DeepSharp.Tensors;

/// <summary>The window of a pooling: its size, its stride, and the padding around the map, in pixels.</summary>
/// <param name="Height">The height of the window.</param>
/// <param name="Width">The width of the window.</param>
/// <param name="StrideHeight">How far the window moves down from one output row to the next.</param>
/// <param name="StrideWidth">How far the window moves right from one output column to the next.</param>
/// <param name="PaddingHeight">Rows of padding above and below the map; at most half the window's height.</param>
/// <param name="PaddingWidth">Columns of padding left and right of the map; at most half the window's width.</param>
public readonly record struct PoolWindow(int Height, int Width, int StrideHeight, int StrideWidth, int PaddingHeight = 0, int PaddingWidth = 0)
{
    /// <summary>A square window.</summary>
    /// <param name="kernel">The height and width of the window.</param>
    /// <param name="stride">How far it moves; null: by its own size, so that windows touch and do not overlap.</param>
    /// <param name="padding">The padding on every side.</param>
    public static PoolWindow Square(int kernel, int? stride = null, int padding = 0) =>
        new(kernel, kernel, stride ?? kernel, stride ?? kernel, padding, padding);

    /// <summary>The number of positions in the window.</summary>
    internal int Area => checked(Height * Width);

    /// <summary>The two axes of pooling an input [N, C, H, W].</summary>
    /// <exception cref="ArgumentException">The window makes no sense.</exception>
    /// <exception cref="ShapeException">The input is not of rank 4, or smaller than the window.</exception>
    internal (PoolAxis Vertical, PoolAxis Horizontal) Over(Shape input, string operation)
    {
        if (Height < 1 || Width < 1 || StrideHeight < 1 || StrideWidth < 1)
            throw new ArgumentException($"{operation}: window and stride must be at least 1, found {this}.");
        if (PaddingHeight < 0 || PaddingWidth < 0 || PaddingHeight > Height / 2 || PaddingWidth > Width / 2)
            throw new ArgumentException($"{operation}: padding must be between 0 and half the window, found {this}.");
        if (input.Rank != 4) throw new ShapeException($"{operation}: the input must be [N, C, H, W], found {input}.");
        if (input[2] + (2 * PaddingHeight) < Height || input[3] + (2 * PaddingWidth) < Width)
            throw new ShapeException($"{operation}: input {input} has a map of {input[2]}×{input[3]} pixels, too small for the window {this}.");
        return (PoolAxis.Window(input[2], Height, StrideHeight, PaddingHeight), PoolAxis.Window(input[3], Width, StrideWidth, PaddingWidth));
    }

    /// <summary>Size, stride and padding: <c>2×2, stride 2×2, padding 0×0</c>.</summary>
    public override string ToString() => $"{Height}×{Width}, stride {StrideHeight}×{StrideWidth}, padding {PaddingHeight}×{PaddingWidth}";
}
