using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DeepSharp.Tensors;

[DebuggerDisplay("{ToString(),nq}")]
public sealed partial class Tensor<T>
{
    // NumPy's and PyTorch's: beyond 1,000 elements each axis shows its first and last 3.
    private const int ElementsShown = 1000, EdgeShown = 3;

    /// <summary>
    /// Type, shape and values in logical order, as NumPy shows them; of more than 1,000 elements the first and last 3 along each axis.
    /// </summary>
    public override string ToString()
    {
        string name = $"{(typeof(T) == typeof(float) ? "float" : "double")} {Shape}";
        if (IsDisposed) return $"{name}, disposed";
        var elements = Read();
        int[] strides = StorageLayout.Strides(Shape);
        // Once for the width of the columns, once for the text.
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
            // Columns side by side, rows below each other, matrices with a line between.
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
