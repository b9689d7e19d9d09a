using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>A function of one tensor, element by element.</summary>
internal sealed class UnaryOperation<T>(UnaryFunction function, double parameter = 0) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => function.Name;

    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Unary(function, Input(0), parameter);

    /// <inheritdoc/>
    protected override void Backward(Tensor<T> upstream)
    {
        var saved = function.Reads switch { BackwardReads.Input => Input(0), BackwardReads.Output => Output, _ => null };
        Propagate(0, Kernels.UnaryBackward(function, saved, upstream, parameter));
    }
}

/// <summary>
/// A function of two tensors, element by element. Shapes broadcast by PyTorch's rule: they are aligned at the last axis, and an axis of
/// length 1 is stretched.
/// </summary>
internal sealed class BinaryOperation<T>(BinaryFunction function) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => function.Name;

    /// <inheritdoc/>
    protected override Tensor<T> Forward() => Kernels.Binary(function, Input(0), Input(1));

    /// <inheritdoc/>
    // The left operand is processed last, because it may take ownership of the upstream gradient.
    protected override void Backward(Tensor<T> upstream)
    {
        if (Needs(1)) PropagateBroadcast(1, Gradient(1, upstream));
        if (Needs(0)) PropagateBroadcast(0, Gradient(0, upstream));
    }

    private Tensor<T> Gradient(int operand, Tensor<T> upstream)
    {
        // Both gradients of x + y and the first of x − y are the upstream gradient. The right operand of a sum gets a copy if it would take
        // ownership although the left operand needs the upstream gradient, too.
        if (function == BinaryFunction.Add || (function == BinaryFunction.Subtract && operand == 0))
            return operand == 1 && Needs(0) && InputShape(1) == upstream.Shape ? upstream.Clone() : upstream;
        var reads = function.Reads(operand);
        return Kernels.BinaryBackward(
            function,
            operand,
            reads.HasFlag(BackwardReads.Input) ? Input(0) : null,
            reads.HasFlag(BackwardReads.Right) ? Input(1) : null,
            reads.HasFlag(BackwardReads.Output) ? Output : null,
            upstream);
    }
}

/// <summary>The operations as methods and operators of variables. Each one is in the file of its operation.</summary>
public static partial class VariableOperations
{
    extension<T>(Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>The absolute value.</summary>
        public Variable<T> Abs() => new UnaryOperation<T>(UnaryFunction.Abs).Apply(x);

        /// <summary>eˣ.</summary>
        public Variable<T> Exp() => new UnaryOperation<T>(UnaryFunction.Exp).Apply(x);

        /// <summary>The natural logarithm; NaN where x is negative.</summary>
        public Variable<T> Log() => new UnaryOperation<T>(UnaryFunction.Log).Apply(x);

        /// <summary>The square root; NaN where x is negative.</summary>
        public Variable<T> Sqrt() => new UnaryOperation<T>(UnaryFunction.Sqrt).Apply(x);

        /// <summary>The hyperbolic tangent.</summary>
        public Variable<T> Tanh() => new UnaryOperation<T>(UnaryFunction.Tanh).Apply(x);

        /// <summary>The logistic function 1 / (1 + e⁻ˣ).</summary>
        public Variable<T> Sigmoid() => new UnaryOperation<T>(UnaryFunction.Sigmoid).Apply(x);

        /// <summary>ReLU: max(x, 0).</summary>
        public Variable<T> Relu() => new UnaryOperation<T>(UnaryFunction.Relu).Apply(x);

        /// <summary>x where x &gt; 0, else slope · x.</summary>
        /// <param name="slope">The slope for negative x; 0.01 by default, as in PyTorch.</param>
        public Variable<T> LeakyRelu(double slope = 0.01) => new UnaryOperation<T>(UnaryFunction.LeakyRelu, slope).Apply(x);

        /// <summary>The Gaussian error linear unit x · Φ(x) (Hendrycks and Gimpel, arXiv 1606.08415).</summary>
        /// <param name="approximation">How Φ, the standard normal distribution function, is computed; exactly by default.</param>
        public Variable<T> Gelu(GeluApproximation approximation = GeluApproximation.None) =>
            new UnaryOperation<T>(approximation == GeluApproximation.Tanh ? UnaryFunction.GeluTanh : UnaryFunction.Gelu).Apply(x);

        /// <summary>x^exponent; NaN where x is negative and the exponent is not an integer.</summary>
        /// <param name="exponent">The exponent.</param>
        public Variable<T> Power(double exponent) => new UnaryOperation<T>(UnaryFunction.Power, exponent).Apply(x);

        /// <summary>The elementwise maximum of x and y; NaN where either is NaN.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public Variable<T> Maximum(Variable<T> y) => new BinaryOperation<T>(BinaryFunction.Maximum).Apply(x, y);

        /// <summary>The elementwise maximum of x and y; NaN where either is NaN.</summary>
        public Variable<T> Maximum(T y) => x.Maximum(Number(y, x));

        /// <summary>The elementwise minimum of x and y; NaN where either is NaN.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public Variable<T> Minimum(Variable<T> y) => new BinaryOperation<T>(BinaryFunction.Minimum).Apply(x, y);

        /// <summary>The elementwise minimum of x and y; NaN where either is NaN.</summary>
        public Variable<T> Minimum(T y) => x.Minimum(Number(y, x));
    }

    extension<T>(Variable<T>)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>−x.</summary>
        public static Variable<T> operator -(Variable<T> x) => new UnaryOperation<T>(UnaryFunction.Negate).Apply(x);

        /// <summary>x + y.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Variable<T> operator +(Variable<T> x, Variable<T> y) => new BinaryOperation<T>(BinaryFunction.Add).Apply(x, y);

        /// <summary>x + y.</summary>
        public static Variable<T> operator +(Variable<T> x, T y) => x + Number(y, x);

        /// <summary>x + y.</summary>
        public static Variable<T> operator +(T x, Variable<T> y) => Number(x, y) + y;

        /// <summary>x − y.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Variable<T> operator -(Variable<T> x, Variable<T> y) => new BinaryOperation<T>(BinaryFunction.Subtract).Apply(x, y);

        /// <summary>x − y.</summary>
        public static Variable<T> operator -(Variable<T> x, T y) => x - Number(y, x);

        /// <summary>x − y.</summary>
        public static Variable<T> operator -(T x, Variable<T> y) => Number(x, y) - y;

        /// <summary>x · y, element by element.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Variable<T> operator *(Variable<T> x, Variable<T> y) => new BinaryOperation<T>(BinaryFunction.Multiply).Apply(x, y);

        /// <summary>x · y.</summary>
        public static Variable<T> operator *(Variable<T> x, T y) => x * Number(y, x);

        /// <summary>x · y.</summary>
        public static Variable<T> operator *(T x, Variable<T> y) => Number(x, y) * y;

        /// <summary>x / y, element by element.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Variable<T> operator /(Variable<T> x, Variable<T> y) => new BinaryOperation<T>(BinaryFunction.Divide).Apply(x, y);

        /// <summary>x / y.</summary>
        public static Variable<T> operator /(Variable<T> x, T y) => x / Number(y, x);

        /// <summary>x / y.</summary>
        public static Variable<T> operator /(T x, Variable<T> y) => Number(x, y) / y;
    }

    /// <summary>A scalar operand as a constant on the tape of the other operand.</summary>
    private static Variable<T> Number<T>(T number, Variable<T> other)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Tape.Constant(number, other.Value.Context);
    }
}
