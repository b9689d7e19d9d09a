using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// The padded input rows for the output rows of one task, which belong to one image. In these input rows, each row of a window is one
/// contiguous run.
/// </summary>
/// <remarks>
/// The rows for output row 1 with one channel, a 3×3 window, stride 1 and padding 1. Image pixels are letters:
/// <code>
/// 0 a b c d 0        window of pixel 0     window of pixel 1
/// 0 e f g h 0             0 a b                 a b c
/// 0 i j k l 0             0 e f                 e f g          PixelStep to the right
///                         0 i j                 i j k
/// </code>
/// </remarks>
internal readonly struct PaddedRows(ConvolutionShape s)
{
    private readonly ConvolutionShape s = s;

    /// <summary>The maximum number of output rows of a task.</summary>
    public int RowsPerTask => Math.Clamp(Tuning.ImplicitGemmPixels / s.OutputWidth, 1, s.OutputHeight);

    /// <summary>The number of tasks for an image.</summary>
    public int TasksPerImage => (s.OutputHeight + RowsPerTask - 1) / RowsPerTask;

    /// <summary>Elements from the window of one output pixel to the window of the next.</summary>
    public int PixelStep => s.Window.StrideWidth * s.C;

    /// <summary>Elements from the windows of one output row to those of the next.</summary>
    public int RowStep => s.Window.StrideHeight * RowLength;

    /// <summary>The maximum number of elements of the padded rows of a task.</summary>
    public int Elements => InputRows(RowsPerTask) * RowLength;

    /// <summary>How a sum steps through a window: row by row.</summary>
    public SumPath Path => new(s.Window.Width * s.C, s.Window.Height, 1, RowLength);

    private int RowLength => (s.W + (2 * s.Window.PaddingWidth)) * s.C;

    /// <summary>Computes the offsets of the windows of a task, row by row.</summary>
    public void FillWindowOffsets(Span<int> offsets)
    {
        for (int pixel = 0; pixel < offsets.Length; pixel++)
            offsets[pixel] = (pixel / s.OutputWidth * RowStep) + (pixel % s.OutputWidth * PixelStep);
    }

    /// <summary>Computes the offsets of the elements of a window from its start, row by row.</summary>
    public void FillElementOffsets(Span<int> offsets)
    {
        int run = Path.Length;
        for (int element = 0; element < offsets.Length; element++) offsets[element] = (element / run * RowLength) + (element % run);
    }

    /// <summary>Copies the input rows of a task and adds the padding.</summary>
    /// <param name="x">The images [N, H, W, C].</param>
    /// <param name="task">The index of the task in the batch.</param>
    /// <param name="target">Receives the padded rows; its length is at least <see cref="Elements"/>.</param>
    /// <returns>The first output pixel of the task, numbered across the batch, and the number of its output pixels.</returns>
    public (int First, int Count) Copy<T>(ReadOnlySpan<T> x, int task, Span<T> target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (image, block) = Math.DivRem(task, TasksPerImage);
        int firstRow = block * RowsPerTask, outputRows = Math.Min(RowsPerTask, s.OutputHeight - firstRow);
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
