using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>Functions of tensors. They do not change their operands. For gradients see <c>DeepSharp.Autograd</c>.</summary>
public static partial class TensorOperations
{
    // Operands broadcast by PyTorch's rule: shapes are aligned at the last axis, and an axis of length 1 is stretched.
    extension<T>(Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>The absolute value.</summary>
        public Tensor<T> Abs() => Unary(x, UnaryFunction.Abs);

        /// <summary>eˣ.</summary>
        public Tensor<T> Exp() => Unary(x, UnaryFunction.Exp);

        /// <summary>The natural logarithm; NaN where x is negative.</summary>
        public Tensor<T> Log() => Unary(x, UnaryFunction.Log);

        /// <summary>The square root; NaN where x is negative.</summary>
        public Tensor<T> Sqrt() => Unary(x, UnaryFunction.Sqrt);

        /// <summary>The hyperbolic tangent.</summary>
        public Tensor<T> Tanh() => Unary(x, UnaryFunction.Tanh);

        /// <summary>The logistic function 1 / (1 + e⁻ˣ).</summary>
        public Tensor<T> Sigmoid() => Unary(x, UnaryFunction.Sigmoid);

        /// <summary>ReLU: max(x, 0).</summary>
        public Tensor<T> Relu() => Unary(x, UnaryFunction.Relu);

        /// <summary>x where x &gt; 0, else slope · x.</summary>
        /// <param name="slope">The slope for negative x; 0.01 by default, as in PyTorch.</param>
        public Tensor<T> LeakyRelu(double slope = 0.01) => Unary(x, UnaryFunction.LeakyRelu, slope);

        /// <summary>The Gaussian error linear unit x · Φ(x) (Hendrycks and Gimpel, arXiv 1606.08415).</summary>
        /// <param name="approximation">How Φ, the standard normal distribution function, is computed; exactly by default.</param>
        public Tensor<T> Gelu(GeluApproximation approximation = GeluApproximation.None) =>
            Unary(x, approximation == GeluApproximation.Tanh ? UnaryFunction.GeluTanh : UnaryFunction.Gelu);

        /// <summary>x^exponent; NaN where x is negative and the exponent is not an integer.</summary>
        /// <param name="exponent">The exponent.</param>
        public Tensor<T> Power(double exponent) => Unary(x, UnaryFunction.Power, exponent);

        /// <summary>The larger of x and y; NaN where either is NaN.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        /// <exception cref="InvalidOperationException">The tensors belong to different contexts.</exception>
        public Tensor<T> Maximum(Tensor<T> y) => Binary(BinaryFunction.Maximum, x, y);

        /// <summary>The larger of x and y; NaN where either is NaN.</summary>
        public Tensor<T> Maximum(T y) => Binary(BinaryFunction.Maximum, x, y);

        /// <summary>The smaller of x and y; NaN where either is NaN.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        /// <exception cref="InvalidOperationException">The tensors belong to different contexts.</exception>
        public Tensor<T> Minimum(Tensor<T> y) => Binary(BinaryFunction.Minimum, x, y);

        /// <summary>The smaller of x and y; NaN where either is NaN.</summary>
        public Tensor<T> Minimum(T y) => Binary(BinaryFunction.Minimum, x, y);
    }

    extension<T>(Tensor<T>)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>−x.</summary>
        public static Tensor<T> operator -(Tensor<T> x) => Unary(x, UnaryFunction.Negate);

        /// <summary>x + y.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        /// <exception cref="InvalidOperationException">The tensors belong to different contexts.</exception>
        public static Tensor<T> operator +(Tensor<T> x, Tensor<T> y) => Binary(BinaryFunction.Add, x, y);

        /// <summary>x + y.</summary>
        public static Tensor<T> operator +(Tensor<T> x, T y) => Binary(BinaryFunction.Add, x, y);

        /// <summary>x + y.</summary>
        public static Tensor<T> operator +(T x, Tensor<T> y) => Binary(BinaryFunction.Add, x, y);

        /// <summary>x − y.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        /// <exception cref="InvalidOperationException">The tensors belong to different contexts.</exception>
        public static Tensor<T> operator -(Tensor<T> x, Tensor<T> y) => Binary(BinaryFunction.Subtract, x, y);

        /// <summary>x − y.</summary>
        public static Tensor<T> operator -(Tensor<T> x, T y) => Binary(BinaryFunction.Subtract, x, y);

        /// <summary>x − y.</summary>
        public static Tensor<T> operator -(T x, Tensor<T> y) => Binary(BinaryFunction.Subtract, x, y);

        /// <summary>x · y, element by element.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        /// <exception cref="InvalidOperationException">The tensors belong to different contexts.</exception>
        public static Tensor<T> operator *(Tensor<T> x, Tensor<T> y) => Binary(BinaryFunction.Multiply, x, y);

        /// <summary>x · y.</summary>
        public static Tensor<T> operator *(Tensor<T> x, T y) => Binary(BinaryFunction.Multiply, x, y);

        /// <summary>x · y.</summary>
        public static Tensor<T> operator *(T x, Tensor<T> y) => Binary(BinaryFunction.Multiply, x, y);

        /// <summary>x / y, element by element.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        /// <exception cref="InvalidOperationException">The tensors belong to different contexts.</exception>
        public static Tensor<T> operator /(Tensor<T> x, Tensor<T> y) => Binary(BinaryFunction.Divide, x, y);

        /// <summary>x / y.</summary>
        public static Tensor<T> operator /(Tensor<T> x, T y) => Binary(BinaryFunction.Divide, x, y);

        /// <summary>x / y.</summary>
        public static Tensor<T> operator /(T x, Tensor<T> y) => Binary(BinaryFunction.Divide, x, y);
    }

    private static Tensor<T> Unary<T>(Tensor<T> x, UnaryFunction function, double parameter = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Context.Kernels.Unary(function, x, parameter);
    }

    private static Tensor<T> Binary<T>(BinaryFunction function, Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        return x.Context.Kernels.Binary(function, x, y);
    }

    private static Tensor<T> Binary<T>(BinaryFunction function, Tensor<T> x, T y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        using var scalar = Tensor<T>.Scalar(y, x.Context);
        return x.Context.Kernels.Binary(function, x, scalar);
    }

    private static Tensor<T> Binary<T>(BinaryFunction function, T x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(y);
        using var scalar = Tensor<T>.Scalar(x, y.Context);
        return y.Context.Kernels.Binary(function, scalar, y);
    }
}
