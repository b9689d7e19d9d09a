using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DeepSharp.Tensors;

[DebuggerDisplay("{ToString(),nq}")]
public sealed partial class Tensor<T>
{
    // The limits of NumPy and PyTorch: beyond 1,000 elements, an axis longer than 6 shows only its first and last 3 indices.
    private const int ElementsShown = 1000, EdgeShown = 3;

    /// <summary>
    /// Type, shape, and the values in logical order with 5 significant digits, laid out like a NumPy array. In tensors of more than 1,000
    /// elements, axes longer than 6 show only their first and last 3 indices. A disposed tensor shows no values.
    /// </summary>
    public override string ToString()
    {
        string name = $"{(typeof(T) == typeof(float) ? "float" : "double")} {Shape}";
        if (IsDisposed) return $"{name}, disposed";
        var elements = Read();
        int[] strides = StorageLayout.Strides(Shape);
        // The first pass finds the column width, the second builds the text.
        int width = 0;
        Append(new StringBuilder(), elements, strides, 0, 0, ref width);
        var text = new StringBuilder(name).Append(Shape.Rank == 0 ? ' ' : '\n');
        Append(text, elements, strides, 0, 0, ref width);
        return text.ToString();
    }

    private void Append(StringBuilder text, ReadOnlySpan<T> elements, int[] strides, int axis, int offset, ref int width)
    {
        if (axis == Shape.Rank)
        {
            string element = elements[offset].ToString("G5", CultureInfo.InvariantCulture);
            width = Math.Max(width, element.Length);
            text.Append(element.PadLeft(width));
            return;
        }

        text.Append('[');
        int length = Shape[axis];
        bool abbreviated = ElementCount > ElementsShown && length > 2 * EdgeShown;
        for (int i = 0; i < length; i++)
        {
            // The columns of a row share a line, each row has its own line, and empty lines separate matrices.
            int below = Shape.Rank - 1 - axis;
            if (i > 0) text.Append(below == 0 ? ", " : ",").Append('\n', below).Append(' ', below == 0 ? 0 : axis + 1);
            if (abbreviated && i == EdgeShown)
            {
                text.Append("...");
                i = length - EdgeShown - 1;
            }
            else
            {
                Append(text, elements, strides, axis + 1, offset + (i * strides[axis]), ref width);
            }
        }

        text.Append(']');
    }
}
