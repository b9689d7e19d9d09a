namespace DeepSharp.Tensors;

// Operands broadcast by PyTorch's rule: shapes are aligned at the last axis, and a length of 1 stretches.
public sealed partial class Tensor<T>
{
    /// <summary>−x.</summary>
    public static Tensor<T> operator -(Tensor<T> x) => KernelsOf(x).Negate(x);

    /// <summary>x + y.</summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    /// <exception cref="InvalidOperationException">The tensors belong to two contexts.</exception>
    public static Tensor<T> operator +(Tensor<T> x, Tensor<T> y) => KernelsOf(x).Add(x, y);

    /// <summary>x − y.</summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    /// <exception cref="InvalidOperationException">The tensors belong to two contexts.</exception>
    public static Tensor<T> operator -(Tensor<T> x, Tensor<T> y) => KernelsOf(x).Subtract(x, y);

    /// <summary>x · y, element by element.</summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    /// <exception cref="InvalidOperationException">The tensors belong to two contexts.</exception>
    public static Tensor<T> operator *(Tensor<T> x, Tensor<T> y) => KernelsOf(x).Multiply(x, y);

    /// <summary>x / y, element by element.</summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    /// <exception cref="InvalidOperationException">The tensors belong to two contexts.</exception>
    public static Tensor<T> operator /(Tensor<T> x, Tensor<T> y) => KernelsOf(x).Divide(x, y);

    /// <summary>x + y.</summary>
    public static Tensor<T> operator +(Tensor<T> x, T y)
    {
        using var number = Like(x, y);
        return x + number;
    }

    /// <summary>x + y.</summary>
    public static Tensor<T> operator +(T x, Tensor<T> y) => y + x;

    /// <summary>x − y.</summary>
    public static Tensor<T> operator -(Tensor<T> x, T y)
    {
        using var number = Like(x, y);
        return x - number;
    }

    /// <summary>x − y.</summary>
    public static Tensor<T> operator -(T x, Tensor<T> y)
    {
        using var number = Like(y, x);
        return number - y;
    }

    /// <summary>x · y.</summary>
    public static Tensor<T> operator *(Tensor<T> x, T y)
    {
        using var number = Like(x, y);
        return x * number;
    }

    /// <summary>x · y.</summary>
    public static Tensor<T> operator *(T x, Tensor<T> y) => y * x;

    /// <summary>x / y.</summary>
    public static Tensor<T> operator /(Tensor<T> x, T y)
    {
        using var number = Like(x, y);
        return x / number;
    }

    /// <summary>x / y.</summary>
    public static Tensor<T> operator /(T x, Tensor<T> y)
    {
        using var number = Like(y, x);
        return number / y;
    }

    /// <summary>A number as an operand beside <paramref name="x"/>.</summary>
    internal static Tensor<T> Like(Tensor<T> x, T value)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Scalar(value, x.Context);
    }

    private static Kernels KernelsOf(Tensor<T> x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Context.Kernels;
    }
}
