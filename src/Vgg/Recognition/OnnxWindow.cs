using DeepSharp.Formats;

namespace DeepSharp.Vgg;

/// <summary>The windows of a convolution or pooling of an ONNX graph on maps of a given size, by ONNX's definition.</summary>
/// <param name="Kernel">Height and width of the kernel.</param>
/// <param name="Strides">The strides in rows and columns.</param>
/// <param name="Padding">The rows and columns of padding at the edges of the maps.</param>
/// <param name="Output">Height and width of the output.</param>
internal sealed record OnnxWindow((long Rows, long Columns) Kernel, (long Rows, long Columns) Strides, OnnxWindow.Edges Padding,
    (long Rows, long Columns) Output)
{
    private const long MaxLength = 1 << 16;

    /// <summary>Reads the attributes of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="kernel">The kernel of a convolution; null if the attributes of the node state it.</param>
    /// <param name="height">The height of the maps.</param>
    /// <param name="width">The width of the maps.</param>
    /// <exception cref="InvalidDataException">An attribute is invalid, or the maps are smaller than the kernel.</exception>
    public static OnnxWindow Of(OnnxNode node, (long Rows, long Columns)? kernel, long height, long width)
    {
        var size = Pair(node, "kernel_shape", kernel);
        if (kernel is not null && size != kernel) throw node.Refusal($"the kernel_shape {kernel} of its weights, found {size}");
        var strides = Pair(node, "strides", (1, 1));
        if (Pair(node, "dilations", (1, 1)) is var dilations && dilations != (1, 1))
            throw node.Refusal($"dilations (1, 1), found {dilations}");
        var pads = node.Integers("pads", 0, 0, 0, 0);
        if (pads.Count != 4 || pads.Any(pad => pad is < 0 or > MaxLength))
            throw node.Refusal($"four pads from 0 to {MaxLength}, found {string.Join(", ", pads)}");
        var padding = new Edges(pads[0], pads[1], pads[2], pads[3]);
        bool isCeiled = node.Integer("ceil_mode", 0) != 0;
        string automatic = node.Text("auto_pad", "NOTSET");
        bool isSame = automatic is "SAME_UPPER" or "SAME_LOWER";
        if (automatic is not ("NOTSET" or "VALID") && !isSame)
            throw node.Refusal($"auto_pad NOTSET, VALID, SAME_UPPER or SAME_LOWER, found {automatic}");
        if (automatic != "NOTSET" && padding != default) throw node.Refusal($"pads or auto_pad {automatic}, found both");
        if (isSame && isCeiled) throw node.Refusal($"ceil_mode or auto_pad {automatic}, found both");

        var (top, bottom) = isSame ? Same(height, size.Rows, strides.Rows) : (padding.Top, padding.Bottom);
        var (left, right) = isSame ? Same(width, size.Columns, strides.Columns) : (padding.Left, padding.Right);
        var output = (
            Length(node, height + top + bottom, size.Rows, strides.Rows, height + top, isCeiled),
            Length(node, width + left + right, size.Columns, strides.Columns, width + left, isCeiled));
        return new OnnxWindow(size, strides, new Edges(top, left, bottom, right), output);

        (long Before, long After) Same(long length, long kernel, long stride)
        {
            long total = Math.Max(0, ((((length + stride - 1) / stride) - 1) * stride) + kernel - length), less = total / 2;
            return automatic == "SAME_UPPER" ? (less, total - less) : (total - less, less);
        }
    }

    /// <summary>Whether the windows are those of an adaptive pooling with the same output size.</summary>
    public bool IsAdaptive(long height, long width)
    {
        return IsAxis(height, Kernel.Rows, Strides.Rows, Padding.Top, Output.Rows)
            && IsAxis(width, Kernel.Columns, Strides.Columns, Padding.Left, Output.Columns);

        // Window i of an adaptive pooling reaches from the floor of i · length / count to the ceiling of (i + 1) · length / count.
        static bool IsAxis(long length, long kernel, long stride, long before, long count)
        {
            for (long i = 0; i < count; i++)
            {
                long start = (i * stride) - before;
                if (start != i * length / count || start + kernel != (((i + 1) * length) + count - 1) / count) return false;
            }

            return true;
        }
    }

    /// <summary>Whether the windows are 2×2 pixels with stride 2, without padding. An odd last row or column is left out.</summary>
    public bool IsHalving(long height, long width) =>
        Kernel == (2, 2) && Strides == (2, 2) && Padding is { Top: 0, Left: 0 } && Output == (height / 2, width / 2);

    /// <summary>Whether each window is one pixel.</summary>
    public bool IsIdentity => Kernel == (1, 1) && Strides == (1, 1) && Padding == default;

    private static long Length(OnnxNode node, long padded, long kernel, long stride, long end, bool isCeiled)
    {
        if (padded < kernel) throw node.Refusal($"a kernel of at most the {padded} padded rows or columns, found {kernel}");
        long output = ((padded - kernel + (isCeiled ? stride - 1 : 0)) / stride) + 1;
        // A last window that would begin in the padding at the end is left out.
        return isCeiled && (output - 1) * stride >= end ? output - 1 : output;
    }

    private static (long Rows, long Columns) Pair(OnnxNode node, string attribute, (long Rows, long Columns)? usual)
    {
        if (usual is { } known && !node.Has(attribute)) return known;
        return node.Integers(attribute) is [>= 1 and <= MaxLength and var rows, >= 1 and <= MaxLength and var columns]
            ? (rows, columns)
            : throw node.Refusal(
                $"two numbers from 1 to {MaxLength} as {attribute}, found {string.Join(", ", node.Integers(attribute))}");
    }

    /// <summary>Numbers of rows and columns at the four edges of maps.</summary>
    public readonly record struct Edges(long Top, long Left, long Bottom, long Right)
    {
        /// <summary>The sum of both.</summary>
        public Edges Plus(Edges other) => new(Top + other.Top, Left + other.Left, Bottom + other.Bottom, Right + other.Right);
    }
}
