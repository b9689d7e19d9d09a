using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>The rows of an image that some rows of the output see, with their padding: in them every window's rows are runs of memory.</summary>
internal readonly struct PaddedRows(ConvolutionShape s)
{
    private readonly ConvolutionShape s = s;

    /// <summary>Elements of a padded row.</summary>
    public int RowLength => (s.W + (2 * s.Window.PaddingWidth)) * s.C;

    /// <summary>Elements from the window of one output pixel to that of the next.</summary>
    public int PixelStep => s.Window.StrideWidth * s.C;

    /// <summary>Elements from the windows of one output row to those of the next.</summary>
    public int RowStep => s.Window.StrideHeight * RowLength;

    /// <summary>Elements of one row of a window.</summary>
    public int RunLength => s.Window.Width * s.C;

    /// <summary>Elements for the padded rows that a number of output rows see.</summary>
    public int Elements(int outputRows) => InputRows(outputRows) * RowLength;

    /// <summary>Where the windows of some pixels begin, row after row; what is left of <paramref name="places"/> repeats the last one.</summary>
    public void FillPlaces(Span<int> places, int pixels)
    {
        int pixel = 0;
        for (int row = 0; pixel < pixels; row += RowStep)
        {
            for (int q = 0; q < s.OutputWidth && pixel < pixels; q++) places[pixel++] = row + (q * PixelStep);
        }

        places[pixel..].Fill(places[pixel - 1]);
    }

    /// <summary>Copies the rows that output rows of one image see.</summary>
    /// <param name="x">The images [N, H, W, C].</param>
    /// <param name="image">Which image.</param>
    /// <param name="firstOutputRow">The first output row.</param>
    /// <param name="outputRows">The number of output rows.</param>
    /// <param name="target">Room for <see cref="Elements"/>.</param>
    public void Copy<T>(ReadOnlySpan<T> x, int image, int firstOutputRow, int outputRows, Span<T> target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int first = (firstOutputRow * s.Window.StrideHeight) - s.Window.PaddingHeight, border = s.Window.PaddingWidth * s.C;
        for (int i = 0; i < InputRows(outputRows); i++)
        {
            var row = target.Slice(i * RowLength, RowLength);
            if ((uint)(first + i) >= (uint)s.H)
            {
                row.Clear();
                continue;
            }

            row[..border].Clear();
            x.Slice(((image * s.H) + first + i) * s.W * s.C, s.W * s.C).CopyTo(row[border..]);
            row[(border + (s.W * s.C))..].Clear();
        }
    }

    private int InputRows(int outputRows) => ((outputRows - 1) * s.Window.StrideHeight) + s.Window.Height;
}
