using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// The rows of an image that some rows of the output see, with their padding: in them every window's rows are runs of memory. A task takes some rows of
/// the output of one image.
/// </summary>
internal readonly struct PaddedRows(ConvolutionShape s)
{
    private readonly ConvolutionShape s = s;

    /// <summary>Rows of the output that a task takes, at most.</summary>
    public int RowsPerTask => Math.Clamp(Tuning.ImplicitGemmPixels / s.OutputWidth, 1, s.OutputHeight);

    /// <summary>The tasks of an image.</summary>
    public int TasksPerImage => (s.OutputHeight + RowsPerTask - 1) / RowsPerTask;

    /// <summary>Elements from the window of one output pixel to that of the next.</summary>
    public int PixelStep => s.Window.StrideWidth * s.C;

    /// <summary>Elements from the windows of one output row to those of the next.</summary>
    public int RowStep => s.Window.StrideHeight * RowLength;

    /// <summary>Elements of the padded rows that a task sees.</summary>
    public int Elements => InputRows(RowsPerTask) * RowLength;

    /// <summary>How a sum goes through a window: row after row.</summary>
    public SumPath Path => new(s.Window.Width * s.C, s.Window.Height, 1, RowLength);

    private int RowLength => (s.W + (2 * s.Window.PaddingWidth)) * s.C;

    /// <summary>Where the windows of the pixels of a task begin, row after row.</summary>
    public void FillPlaces(Span<int> places)
    {
        for (int pixel = 0; pixel < places.Length; pixel++)
            places[pixel] = (pixel / s.OutputWidth * RowStep) + (pixel % s.OutputWidth * PixelStep);
    }

    /// <summary>Where the places of a window are, element after element.</summary>
    public void FillWindow(Span<int> places)
    {
        int run = Path.Length;
        for (int place = 0; place < places.Length; place++) places[place] = (place / run * RowLength) + (place % run);
    }

    /// <summary>Copies the rows that a task sees.</summary>
    /// <param name="x">The images [N, H, W, C].</param>
    /// <param name="task">The number of the task, counted through the batch.</param>
    /// <param name="target">Room for <see cref="Elements"/>.</param>
    /// <returns>The pixels of the output that the task takes, counted through the batch.</returns>
    public (int First, int Count) Copy<T>(ReadOnlySpan<T> x, int task, Span<T> target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (image, part) = Math.DivRem(task, TasksPerImage);
        int firstRow = part * RowsPerTask, outputRows = Math.Min(RowsPerTask, s.OutputHeight - firstRow);
        int top = (firstRow * s.Window.StrideHeight) - s.Window.PaddingHeight, border = s.Window.PaddingWidth * s.C;
        for (int i = 0; i < InputRows(outputRows); i++)
        {
            var row = target.Slice(i * RowLength, RowLength);
            if ((uint)(top + i) >= (uint)s.H)
            {
                row.Clear();
                continue;
            }

            row[..border].Clear();
            x.Slice(((image * s.H) + top + i) * s.W * s.C, s.W * s.C).CopyTo(row[border..]);
            row[(border + (s.W * s.C))..].Clear();
        }

        return (((image * s.OutputHeight) + firstRow) * s.OutputWidth, outputRows * s.OutputWidth);
    }

    private int InputRows(int outputRows) => ((outputRows - 1) * s.Window.StrideHeight) + s.Window.Height;
}
