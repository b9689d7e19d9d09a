using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>
/// A function of two elements. Operands broadcast by PyTorch's rule: shapes are aligned at the last axis, and an axis of length 1 is
/// stretched.
/// </summary>
public enum BinaryFunction
{
    /// <summary>x + y.</summary>
    Add,

    /// <summary>x − y.</summary>
    Subtract,

    /// <summary>x · y, element by element.</summary>
    Multiply,

    /// <summary>x / y, element by element.</summary>
    Divide,

    /// <summary>The larger of x and y; NaN where either is NaN.</summary>
    Maximum,

    /// <summary>The smaller of x and y; NaN where either is NaN.</summary>
    Minimum,
}

/// <summary>z = f(x, y) and its gradients, lane by lane.</summary>
internal interface IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The values that the gradient of operand 0 or 1 reads.</summary>
    static abstract BackwardReads Reads(int operand);

    /// <summary>z = f(x, y).</summary>
    static abstract TVector Forward<TSimd, TVector>(TVector x, TVector y)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;

    /// <summary>
    /// dz · ∂f/∂x for operand 0, dz · ∂f/∂y for operand 1. Of x, y and z, only those that <see cref="Reads"/> names are valid; the others
    /// are arbitrary.
    /// </summary>
    static abstract TVector Backward<TSimd, TVector>(int operand, TVector x, TVector y, TVector z, TVector dz)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;
}

/// <summary>Maps each binary function to its kernel and name. Each struct below implements one function and its derivatives.</summary>
internal static class BinaryFunctions
{
    private static readonly string[] Names = Enum.GetNames<BinaryFunction>();
    private static readonly string[] GradientNames = Array.ConvertAll(Names, name => $"{name} backward");

    /// <summary>The kernel of a function.</summary>
    public static BinaryKernel<T> Of<T>(BinaryFunction function)
        where T : unmanaged, IFloatingPointIeee754<T> => function switch
        {
            BinaryFunction.Add => BinaryKernel<T, AddFunction<T>>.Instance,
            BinaryFunction.Subtract => BinaryKernel<T, SubtractFunction<T>>.Instance,
            BinaryFunction.Multiply => BinaryKernel<T, MultiplyFunction<T>>.Instance,
            BinaryFunction.Divide => BinaryKernel<T, DivideFunction<T>>.Instance,
            BinaryFunction.Maximum => BinaryKernel<T, MaximumFunction<T>>.Instance,
            BinaryFunction.Minimum => BinaryKernel<T, MinimumFunction<T>>.Instance,
            _ => throw new ArgumentOutOfRangeException(nameof(function), function, "Unknown function."),
        };

    /// <summary>The name in error messages and profiles.</summary>
    public static string NameOf(BinaryFunction function, bool gradient = false) => (gradient ? GradientNames : Names)[(int)function];
}

internal readonly struct AddFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static BackwardReads Reads(int operand) => BackwardReads.None;

    public static TVector Forward<TSimd, TVector>(TVector x, TVector y)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Add(x, y);

    // dx = dy = dz
    public static TVector Backward<TSimd, TVector>(int operand, TVector x, TVector y, TVector z, TVector dz)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => dz;
}

internal readonly struct SubtractFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static BackwardReads Reads(int operand) => BackwardReads.None;

    public static TVector Forward<TSimd, TVector>(TVector x, TVector y)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Subtract(x, y);

    // dx = dz, dy = −dz
    public static TVector Backward<TSimd, TVector>(int operand, TVector x, TVector y, TVector z, TVector dz)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => operand == 0 ? dz : TSimd.Multiply(dz, TSimd.Broadcast(-T.One));
}

internal readonly struct MultiplyFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static BackwardReads Reads(int operand) => operand == 0 ? BackwardReads.Right : BackwardReads.Input;

    public static TVector Forward<TSimd, TVector>(TVector x, TVector y)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Multiply(x, y);

    // dx = dz · y, dy = dz · x
    public static TVector Backward<TSimd, TVector>(int operand, TVector x, TVector y, TVector z, TVector dz)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Multiply(dz, operand == 0 ? y : x);
}

internal readonly struct DivideFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static BackwardReads Reads(int operand) => operand == 0 ? BackwardReads.Right : BackwardReads.Right | BackwardReads.Output;

    public static TVector Forward<TSimd, TVector>(TVector x, TVector y)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Divide(x, y);

    // dx = dz / y, dy = −(dz / y) · z
    public static TVector Backward<TSimd, TVector>(int operand, TVector x, TVector y, TVector z, TVector dz)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        var quotient = TSimd.Divide(dz, y);
        return operand == 0 ? quotient : TSimd.Multiply(TSimd.Multiply(quotient, z), TSimd.Broadcast(-T.One));
    }
}

internal readonly struct MaximumFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static BackwardReads Reads(int operand) => BackwardReads.Input | BackwardReads.Right;

    public static TVector Forward<TSimd, TVector>(TVector x, TVector y)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Max(x, y);

    // dx = dz where x > y, dy = dz where y > x; half each where both are equal, as in PyTorch, or one is NaN
    public static TVector Backward<TSimd, TVector>(int operand, TVector x, TVector y, TVector z, TVector dz)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Multiply(dz, operand == 0 ? Weight<TSimd, TVector>(x, y) : Weight<TSimd, TVector>(y, x));

    /// <summary>1 where a &gt; b, 0 where a &lt; b, else ½, also where one is NaN.</summary>
    public static TVector Weight<TSimd, TVector>(TVector a, TVector b)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        var half = TSimd.Broadcast(T.CreateTruncating(0.5));
        var otherwise = TSimd.Select(TSimd.GreaterThan(b, a), TSimd.Broadcast(T.Zero), half);
        return TSimd.Select(TSimd.GreaterThan(a, b), TSimd.Broadcast(T.One), otherwise);
    }
}

internal readonly struct MinimumFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static BackwardReads Reads(int operand) => BackwardReads.Input | BackwardReads.Right;

    public static TVector Forward<TSimd, TVector>(TVector x, TVector y)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => TSimd.Min(x, y);

    // The gradient of the maximum with the operands exchanged.
    public static TVector Backward<TSimd, TVector>(int operand, TVector x, TVector y, TVector z, TVector dz)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct => MaximumFunction<T>.Backward<TSimd, TVector>(operand, y, x, z, dz);
}
