using System.Numerics;
using System.Numerics.Tensors;

namespace DeepSharp.Tensors;

/// <summary>A function of one element. Some functions have a parameter.</summary>
public enum UnaryFunction
{
    /// <summary>−x.</summary>
    Negate,

    /// <summary>The absolute value |x|.</summary>
    Abs,

    /// <summary>eˣ.</summary>
    Exp,

    /// <summary>The natural logarithm; NaN where x is negative.</summary>
    Log,

    /// <summary>The square root; NaN where x is negative.</summary>
    Sqrt,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,

    /// <summary>The logistic function 1 / (1 + e⁻ˣ).</summary>
    Sigmoid,

    /// <summary>ReLU: max(x, 0); NaN where x is NaN.</summary>
    Relu,

    /// <summary>x where x &gt; 0, else slope · x. The slope is the parameter.</summary>
    LeakyRelu,

    /// <summary>The Gaussian error linear unit x · Φ(x), where Φ is the standard normal distribution function.</summary>
    Gelu,

    /// <summary>The tanh approximation of <see cref="Gelu"/>: ½x(1 + tanh(√(2/π)(x + 0.044715x³))).</summary>
    GeluTanh,

    /// <summary>x to the power of the parameter; NaN where x is negative and the parameter is not an integer.</summary>
    Power,
}

/// <summary>y = f(x) and dx = dy · f′(x) for a run of elements.</summary>
internal interface IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The value that the gradient reads: the input x, the output y, or neither.</summary>
    BackwardReads Reads { get; }

    /// <summary>y = f(x).</summary>
    void Forward(VectorWidth width, ReadOnlySpan<T> x, Span<T> y);

    /// <summary>dx = dy · f′(x), where <paramref name="saved"/> is the x or y that <see cref="Reads"/> names.</summary>
    void Backward(VectorWidth width, ReadOnlySpan<T> saved, ReadOnlySpan<T> dy, Span<T> dx);
}

/// <summary>Maps each unary function to its implementation and name. Each struct below implements a function and its derivative.</summary>
internal static class UnaryFunctions
{
    private static readonly string[] Names = Array.ConvertAll(Enum.GetNames<UnaryFunction>(), name =>
        name == nameof(UnaryFunction.GeluTanh) ? nameof(UnaryFunction.Gelu) : name);
    private static readonly string[] GradientNames = Array.ConvertAll(Names, name => $"{name} backward");

    /// <summary>The implementation of a function for a given parameter.</summary>
    public static IUnaryFunction<T> Of<T>(UnaryFunction function, double parameter)
        where T : unmanaged, IFloatingPointIeee754<T> => function switch
        {
            UnaryFunction.Negate => default(NegateFunction<T>),
            UnaryFunction.Abs => default(AbsFunction<T>),
            UnaryFunction.Exp => default(ExpFunction<T>),
            UnaryFunction.Log => default(LogFunction<T>),
            UnaryFunction.Sqrt => default(SqrtFunction<T>),
            UnaryFunction.Tanh => default(TanhFunction<T>),
            UnaryFunction.Sigmoid => default(SigmoidFunction<T>),
            UnaryFunction.Relu => default(ReluFunction<T>),
            UnaryFunction.LeakyRelu => new LeakyReluFunction<T>(parameter),
            UnaryFunction.Gelu => new GeluFunction<T>(approximate: false),
            UnaryFunction.GeluTanh => new GeluFunction<T>(approximate: true),
            UnaryFunction.Power => new PowerFunction<T>(parameter),
            _ => throw new ArgumentOutOfRangeException(nameof(function), function, "Unknown function."),
        };

    /// <summary>The name in error messages and profiles.</summary>
    public static string NameOf(UnaryFunction function, bool gradient = false) => (gradient ? GradientNames : Names)[(int)function];
}

internal readonly struct NegateFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public BackwardReads Reads => BackwardReads.None;

    public void Forward(VectorWidth width, ReadOnlySpan<T> x, Span<T> y) => TensorPrimitives.Negate(x, y);

    // dx = −dy
    public void Backward(VectorWidth width, ReadOnlySpan<T> saved, ReadOnlySpan<T> dy, Span<T> dx) => TensorPrimitives.Negate(dy, dx);
}

internal readonly struct AbsFunction<T> : ILaneGradient<T, AbsFunction<T>>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public BackwardReads Reads => BackwardReads.Input;

    public void Forward(VectorWidth width, ReadOnlySpan<T> x, Span<T> y) => TensorPrimitives.Abs(x, y);

    // dx = dy · sign(x); 0 at x = 0, as in PyTorch
    public TVector Backward<TSimd, TVector>(TVector x, TVector dy)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        var zero = TSimd.Broadcast(T.Zero);
        var negative = TSimd.Select(TSimd.GreaterThan(zero, x), TSimd.Subtract(zero, dy), zero);
        return TSimd.Select(TSimd.GreaterThan(x, zero), dy, negative);
    }
}

internal readonly struct ExpFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public BackwardReads Reads => BackwardReads.Output;

    public void Forward(VectorWidth width, ReadOnlySpan<T> x, Span<T> y) => ExactExp.Run(x, y);

    // dx = dy · y
    public void Backward(VectorWidth width, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx) => TensorPrimitives.Multiply(dy, y, dx);
}

internal readonly struct LogFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public BackwardReads Reads => BackwardReads.Input;

    public void Forward(VectorWidth width, ReadOnlySpan<T> x, Span<T> y) => TensorPrimitives.Log(x, y);

    // dx = dy / x
    public void Backward(VectorWidth width, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dx) => TensorPrimitives.Divide(dy, x, dx);
}

internal readonly struct SqrtFunction<T> : ILaneGradient<T, SqrtFunction<T>>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public BackwardReads Reads => BackwardReads.Output;

    public void Forward(VectorWidth width, ReadOnlySpan<T> x, Span<T> y) => TensorPrimitives.Sqrt(x, y);

    // dx = dy / (2y)
    public TVector Backward<TSimd, TVector>(TVector y, TVector dy)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Divide(dy, TSimd.Add(y, y));
}

internal readonly struct TanhFunction<T> : ILaneGradient<T, TanhFunction<T>>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public BackwardReads Reads => BackwardReads.Output;

    // TensorPrimitives.Tanh is not used: it subtracts e^(−2x) from 1, so its relative error near 0 is thousands of ε.
    public void Forward(VectorWidth width, ReadOnlySpan<T> x, Span<T> y)
    {
        for (int i = 0; i < x.Length; i++) y[i] = T.Tanh(x[i]);
    }

    // dx = dy · (1 − y²)
    public TVector Backward<TSimd, TVector>(TVector y, TVector dy)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Multiply(dy, TSimd.Subtract(TSimd.Broadcast(T.One), TSimd.Multiply(y, y)));
}

internal readonly struct SigmoidFunction<T> : ILaneGradient<T, SigmoidFunction<T>>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public BackwardReads Reads => BackwardReads.Output;

    public void Forward(VectorWidth width, ReadOnlySpan<T> x, Span<T> y) => TensorPrimitives.Sigmoid(x, y);

    // dx = dy · y(1 − y)
    public TVector Backward<TSimd, TVector>(TVector y, TVector dy)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Multiply(dy, TSimd.Multiply(y, TSimd.Subtract(TSimd.Broadcast(T.One), y)));
}

internal readonly struct ReluFunction<T> : ILaneGradient<T, ReluFunction<T>>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public BackwardReads Reads => BackwardReads.Output;

    public void Forward(VectorWidth width, ReadOnlySpan<T> x, Span<T> y) => TensorPrimitives.Max(x, T.Zero, y);

    // dx = dy where y > 0, else 0, also at x = 0, as in PyTorch
    public TVector Backward<TSimd, TVector>(TVector y, TVector dy)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Select(TSimd.GreaterThan(y, TSimd.Broadcast(T.Zero)), dy, TSimd.Broadcast(T.Zero));
}

internal readonly struct LeakyReluFunction<T>(double slope) : ILaneGradient<T, LeakyReluFunction<T>>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T slope = T.CreateTruncating(slope);

    public BackwardReads Reads => BackwardReads.Input;

    // y = x where x > 0, else slope · x: the gradient formula with x in place of dy
    public void Forward(VectorWidth width, ReadOnlySpan<T> x, Span<T> y) => LaneGradient.Run(width, this, x, x, y);

    // dx = dy where x > 0, else slope · dy, also at x = 0, as in PyTorch
    public TVector Backward<TSimd, TVector>(TVector x, TVector dy)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct =>
        TSimd.Select(TSimd.GreaterThan(x, TSimd.Broadcast(T.Zero)), dy, TSimd.Multiply(dy, TSimd.Broadcast(slope)));
}

// Hendrycks and Gimpel, arXiv 1606.08415. The function and its derivative are computed in double.
internal readonly struct GeluFunction<T>(bool approximate) : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const double Cubic = 0.044715;
    private static readonly double Scale = Math.Sqrt(2 / Math.PI);

    public BackwardReads Reads => BackwardReads.Input;

    // y = x · Φ(x), where the approximation of Φ(x) is ½(1 + tanh(√(2/π)(x + 0.044715x³)))
    public void Forward(VectorWidth width, ReadOnlySpan<T> x, Span<T> y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            double value = double.CreateTruncating(x[i]);
            y[i] = T.CreateTruncating(value * Gate(value));
        }
    }

    // dx = dy · (Φ(x) + x · Φ′(x))
    public void Backward(VectorWidth width, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dx)
    {
        for (int i = 0; i < x.Length; i++) dx[i] = T.CreateTruncating(Slope(double.CreateTruncating(x[i]))) * dy[i];
    }

    private double Gate(double x) =>
        approximate ? 0.5 * (1 + Math.Tanh(Scale * (x + (Cubic * x * x * x)))) : NormalDistribution.Cumulative(x);

    private double Slope(double x)
    {
        double g = Gate(x);
        // With g = ½(1 + tanh u): g′ = 2g(1 − g)u′.
        return approximate ? g + (x * 2 * g * (1 - g) * Scale * (1 + (3 * Cubic * x * x))) : g + (x * NormalDistribution.Density(x));
    }
}

internal readonly struct PowerFunction<T>(double exponent) : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public BackwardReads Reads => BackwardReads.Input;

    // y = x^p
    public void Forward(VectorWidth width, ReadOnlySpan<T> x, Span<T> y) => Power(x, T.CreateTruncating(exponent), y);

    // dx = dy · p · x^(p − 1). For p = 0, dx is 0 everywhere, even where x^(−1) is infinite, as in PyTorch.
    public void Backward(VectorWidth width, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dx)
    {
        var p = T.CreateTruncating(exponent);
        Power(x, p - T.One, dx);
        TensorPrimitives.Multiply(dx, p, dx);
        TensorPrimitives.Multiply(dx, dy, dx);
        if (exponent == 0) dx.Clear();
    }

    // Squares, and the gradients of squares and cubes, do not need Pow, which is slow because it computes a logarithm.
    private static void Power(ReadOnlySpan<T> x, T exponent, Span<T> y)
    {
        if (exponent == T.Zero) y.Fill(T.One);
        else if (exponent == T.One) x.CopyTo(y);
        else if (exponent == T.One + T.One) TensorPrimitives.Multiply(x, x, y);
        else TensorPrimitives.Pow(x, exponent, y);
    }
}
