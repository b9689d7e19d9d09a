using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

// Two operands broadcast by PyTorch's rule. Gradients take what their formula needs, the upstream gradient dy last.
public partial class Kernels
{
    /// <summary>target += addend, of equal shapes.</summary>
    public virtual void AddInto<T>(Tensor<T> target, Tensor<T> addend)
        where T : unmanaged, IFloatingPointIeee754<T> => AddIntoKernel.Run(target, addend);

    /// <summary>x + y.</summary>
    public virtual Tensor<T> Add<T>(Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryKernel.Run(x, y, "Add", default(AddOperator<T>));

    /// <summary>x − y.</summary>
    public virtual Tensor<T> Subtract<T>(Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryKernel.Run(x, y, "Subtract", default(SubtractOperator<T>));

    /// <summary>x · y, element by element.</summary>
    public virtual Tensor<T> Multiply<T>(Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryKernel.Run(x, y, "Multiply", default(MultiplyOperator<T>));

    /// <summary>x / y, element by element.</summary>
    public virtual Tensor<T> Divide<T>(Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryKernel.Run(x, y, "Divide", default(DivideOperator<T>));

    /// <summary>The larger of x and y, element by element; NaN where either is NaN.</summary>
    public virtual Tensor<T> Maximum<T>(Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryKernel.Run(x, y, "Maximum", default(MaximumOperator<T>));

    /// <summary>The smaller of x and y, element by element; NaN where either is NaN.</summary>
    public virtual Tensor<T> Minimum<T>(Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryKernel.Run(x, y, "Minimum", default(MinimumOperator<T>));

    /// <summary>1 where x &gt; y, 0 where x &lt; y, else ½: the share of the gradient of the maximum that x gets.</summary>
    public virtual Tensor<T> Greater<T>(Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryKernel.Run(x, y, "Greater", default(GreaterOperator<T>));

    /// <summary>−x.</summary>
    public virtual Tensor<T> Negate<T>(Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => UnaryKernel.Run<T>(x, "Negate", TensorPrimitives.Negate);

    /// <summary>x^exponent.</summary>
    public virtual Tensor<T> Power<T>(Tensor<T> x, double exponent)
        where T : unmanaged, IFloatingPointIeee754<T> => PowerKernel.Forward(x, exponent);

    /// <summary>dx = dy · p · x^(p − 1).</summary>
    public virtual Tensor<T> PowerBackward<T>(Tensor<T> x, double exponent, Tensor<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T> => PowerKernel.Backward(x, dy, exponent);

    /// <summary>eˣ. Its gradient is dy · y.</summary>
    public virtual Tensor<T> Exp<T>(Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => UnaryKernel.Run<T>(x, "Exp", TensorPrimitives.Exp);

    /// <summary>The natural logarithm. Its gradient is dy / x.</summary>
    public virtual Tensor<T> Log<T>(Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => UnaryKernel.Run<T>(x, "Log", TensorPrimitives.Log);

    /// <summary>√x.</summary>
    public virtual Tensor<T> Sqrt<T>(Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => UnaryKernel.Run<T>(x, "Sqrt", TensorPrimitives.Sqrt);

    /// <summary>dx = dy / 2y, from y = √x.</summary>
    public virtual Tensor<T> SqrtBackward<T>(Tensor<T> y, Tensor<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryKernel.Run(y, dy, "Sqrt backward", default(SqrtGradient<T>));

    /// <summary>|x|.</summary>
    public virtual Tensor<T> Abs<T>(Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => UnaryKernel.Run<T>(x, "Abs", TensorPrimitives.Abs);

    /// <summary>dx = dy · sign(x); 0 at 0.</summary>
    public virtual Tensor<T> AbsBackward<T>(Tensor<T> x, Tensor<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryKernel.Run(x, dy, "Abs backward", default(AbsGradient<T>));

    /// <summary>The hyperbolic tangent.</summary>
    public virtual Tensor<T> Tanh<T>(Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => TanhKernel.Forward(x);

    /// <summary>dx = dy · (1 − y²), from y = tanh(x).</summary>
    public virtual Tensor<T> TanhBackward<T>(Tensor<T> y, Tensor<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryKernel.Run(y, dy, "Tanh backward", default(TanhGradient<T>));

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    public virtual Tensor<T> Sigmoid<T>(Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => UnaryKernel.Run<T>(x, "Sigmoid", TensorPrimitives.Sigmoid);

    /// <summary>dx = dy · y · (1 − y), from the sigmoid y of x.</summary>
    public virtual Tensor<T> SigmoidBackward<T>(Tensor<T> y, Tensor<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryKernel.Run(y, dy, "Sigmoid backward", default(SigmoidGradient<T>));

    /// <summary>x · Φ(x).</summary>
    public virtual Tensor<T> Gelu<T>(Tensor<T> x, GeluApproximation approximation)
        where T : unmanaged, IFloatingPointIeee754<T> => GeluKernel.Forward(x, approximation);

    /// <summary>dx = dy · (Φ(x) + x · Φ′(x)).</summary>
    public virtual Tensor<T> GeluBackward<T>(Tensor<T> x, GeluApproximation approximation, Tensor<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T> => GeluKernel.Backward(x, dy, approximation);

    /// <summary>max(x, 0).</summary>
    public virtual Tensor<T> Relu<T>(Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => ReluKernel.Forward(x);

    /// <summary>dx = dy where y &gt; 0, else 0.</summary>
    public virtual Tensor<T> ReluBackward<T>(Tensor<T> y, Tensor<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T> => ReluKernel.Backward(y, dy);

    /// <summary>x where x &gt; 0, else slope · x.</summary>
    public virtual Tensor<T> LeakyRelu<T>(Tensor<T> x, double slope)
        where T : unmanaged, IFloatingPointIeee754<T> => LeakyReluKernel.Forward(x, slope);

    /// <summary>dx = dy where x &gt; 0, else slope · dy.</summary>
    public virtual Tensor<T> LeakyReluBackward<T>(Tensor<T> x, double slope, Tensor<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T> => LeakyReluKernel.Backward(x, dy, slope);
}
