using System.Globalization;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>An element whose gradient differs from the central difference by more than the bound.</summary>
/// <param name="Input">The name of the input or parameter.</param>
/// <param name="Shape">The shape of the input or parameter.</param>
/// <param name="Element">The position of the element in logical row-major order.</param>
/// <param name="Analytic">The gradient that backward computed.</param>
/// <param name="Numeric">The central difference.</param>
/// <param name="Bound">The allowed difference between the two.</param>
public sealed record GradientMismatch(string Input, Shape Shape, int Element, double Analytic, double Numeric, double Bound)
{
    /// <summary>The logical indices of the element.</summary>
    public IReadOnlyList<int> Index => IndexOf(Shape, Element);

    /// <summary>One line: the name, the shape, the index, both values, the bound and the difference.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Input} {Shape} at [{string.Join(", ", Index)}]: backward gives {Analytic:G10}, the central difference is {Numeric:G10}; " +
        $"they may differ by {Bound:G3} but differ by {Math.Abs(Analytic - Numeric):G3}.");

    /// <summary>The indices of an element given by its position in row-major order.</summary>
    internal static int[] IndexOf(Shape shape, int element)
    {
        int[] index = new int[shape.Rank];
        for (int axis = shape.Rank - 1; axis >= 0; axis--) (element, index[axis]) = Math.DivRem(element, shape[axis]);
        return index;
    }
}
