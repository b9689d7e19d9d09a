using System.Numerics;

namespace DeepSharp.Tensors.Tests.Elementwise;

/// <summary>Broadcasting, obviously right: each element by its logical index.</summary>
internal static class BroadcastReference
{
    /// <summary>f of two tensors, element by element, in logical order.</summary>
    public static T[] Binary<T>(Tensor<T> left, Tensor<T> right, Func<T, T, T> f)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = Shape.Broadcast("reference", left.Shape, right.Shape);
        T[] x = left.ToArray(), y = right.ToArray(), result = new T[shape.ElementCount];
        for (int i = 0; i < result.Length; i++) result[i] = f(x[SourceOf(i, shape, left.Shape)], y[SourceOf(i, shape, right.Shape)]);
        return result;
    }

    /// <summary>The sums, in double, of f(x) over the elements that are stretched from one element of a smaller shape, and their number.</summary>
    public static (double[] Sums, int Terms) SumTo<T>(Tensor<T> x, Shape shape, Func<double, double> f)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] sums = new double[shape.ElementCount];
        T[] elements = x.ToArray();
        for (int i = 0; i < elements.Length; i++) sums[SourceOf(i, x.Shape, shape)] += f(double.CreateChecked(elements[i]));
        return (sums, x.ElementCount / shape.ElementCount);
    }

    /// <summary>The number, in row-major order, of the operand's element that is stretched to element <paramref name="number"/> of a shape.</summary>
    private static int SourceOf(int number, Shape shape, Shape operand)
    {
        int source = 0, stride = 1;
        for (int axis = 1; axis <= operand.Rank; axis++)
        {
            (number, int index) = Math.DivRem(number, shape[-axis]);
            if (operand[-axis] > 1) source += index * stride;
            stride *= operand[-axis];
        }

        return source;
    }
}
