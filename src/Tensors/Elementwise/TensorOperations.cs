using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>Functions of tensors, element by element. Each makes a tensor of its own; for gradients see <c>DeepSharp.Autograd</c>.</summary>
public static partial class TensorOperations
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>x^exponent; NaN where x is negative and the exponent not whole.</summary>
        public Tensor<T> Power(double exponent) => x.Context.Kernels.Power(x, exponent);

        /// <summary>eˣ.</summary>
        public Tensor<T> Exp() => x.Context.Kernels.Exp(x);

        /// <summary>The natural logarithm; NaN below 0.</summary>
        public Tensor<T> Log() => x.Context.Kernels.Log(x);

        /// <summary>The square root; NaN below 0.</summary>
        public Tensor<T> Sqrt() => x.Context.Kernels.Sqrt(x);

        /// <summary>The absolute value.</summary>
        public Tensor<T> Abs() => x.Context.Kernels.Abs(x);

        /// <summary>The hyperbolic tangent.</summary>
        public Tensor<T> Tanh() => x.Context.Kernels.Tanh(x);

        /// <summary>The logistic function 1 / (1 + e⁻ˣ).</summary>
        public Tensor<T> Sigmoid() => x.Context.Kernels.Sigmoid(x);

        /// <summary>The Gaussian error linear unit x · Φ(x); exact by default, as in PyTorch.</summary>
        public Tensor<T> Gelu(GeluApproximation approximation = GeluApproximation.None) => x.Context.Kernels.Gelu(x, approximation);

        /// <summary>The rectifier max(x, 0).</summary>
        public Tensor<T> Relu() => x.Context.Kernels.Relu(x);

        /// <summary>x where x &gt; 0, else slope · x.</summary>
        public Tensor<T> LeakyRelu(double slope = 0.01) => x.Context.Kernels.LeakyRelu(x, slope);

        /// <summary>The larger of x and y; NaN where either is NaN. Shapes broadcast.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public Tensor<T> Maximum(Tensor<T> y) => x.Context.Kernels.Maximum(x, y);

        /// <summary>The larger of x and y; NaN where either is NaN.</summary>
        public Tensor<T> Maximum(T y)
        {
            using var number = Tensor<T>.Like(x, y);
            return x.Maximum(number);
        }

        /// <summary>The smaller of x and y; NaN where either is NaN. Shapes broadcast.</summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public Tensor<T> Minimum(Tensor<T> y) => x.Context.Kernels.Minimum(x, y);

        /// <summary>The smaller of x and y; NaN where either is NaN.</summary>
        public Tensor<T> Minimum(T y)
        {
            using var number = Tensor<T>.Like(x, y);
            return x.Minimum(number);
        }
    }
}
