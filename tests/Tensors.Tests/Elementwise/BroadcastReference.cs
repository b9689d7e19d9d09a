using System.Numerics;

namespace DeepSharp.Tensors.Tests.Elementwise;

/// <summary>A straightforward reference for broadcasting that computes each element by its logical index.</summary>
internal static class BroadcastReference
{
    /// <summary>Applies f to two tensors, element by element, in logical order.</summary>
    public static T[] Binary<T>(Tensor<T> left, Tensor<T> right, Func<T, T, T> f)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = Shape.Broadcast("reference", left.Shape, right.Shape);
        T[] x = left.ToArray(), y = right.ToArray(), result = new T[shape.ElementCount];
        for (int i = 0; i < result.Length; i++) result[i] = f(x[SourceOf(i, shape, left.Shape)], y[SourceOf(i, shape, right.Shape)]);
        return result;
    }

    /// <summary>For each element of a smaller shape, sums f over the elements of x that it broadcasts to, in double.</summary>
    /// <returns>The sums, and the number of terms of each.</returns>
    public static (double[] Sums, int Terms) SumTo<T>(Tensor<T> x, Shape shape, Func<double, double> f)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] sums = new double[shape.ElementCount];
        T[] elements = x.ToArray();
        for (int i = 0; i < elements.Length; i++) sums[SourceOf(i, x.Shape, shape)] += f(double.CreateChecked(elements[i]));
        return (sums, x.ElementCount / shape.ElementCount);
    }

    /// <summary>The row-major index of the operand's element that broadcasts to element <paramref name="number"/> of a shape.</summary>
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
