using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Autograd;

/// <summary>A tensor surrounded by a constant.</summary>
internal sealed class Pad<T> : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int[] before, after;
    private readonly double value;

    /// <summary>The operation for the number of elements added before and after each axis.</summary>
    public Pad(ReadOnlySpan<int> before, ReadOnlySpan<int> after, double value) =>
        (this.before, this.after, this.value) = (before.ToArray(), after.ToArray(), value);

    /// <inheritdoc/>
    protected override Tensor<T> Forward()
    {
        var shape = InputShape(0);
        if (before.Length != shape.Rank || after.Length != shape.Rank || before.Concat(after).Any(count => count < 0))
        {
            throw new ShapeException(
                $"Pad: {shape} needs {shape.Rank} numbers before and after, none negative; found [{string.Join(", ", before)}] and [{string.Join(", ", after)}].");
        }

        var padded = Tensor<T>.Full(new Shape([.. shape.Select((length, axis) => before[axis] + length + after[axis])]), T.CreateTruncating(value), Input(0).Context);
        Kernels.SetSlice(padded, before, Input(0));
        return padded;
    }

    /// <inheritdoc/>
    // What surrounds x does not depend on it.
    protected override void Backward(Tensor<T> upstream) => Propagate(0, Kernels.Slice(upstream, before, InputShape(0)));
}

public static partial class VariableOperations
{
    /// <summary>Surrounds <paramref name="x"/> with a constant.</summary>
    /// <param name="x">A tensor of any rank.</param>
    /// <param name="before">How many elements are added before index 0 of each axis.</param>
    /// <param name="after">How many are added behind the last one.</param>
    /// <param name="value">The constant.</param>
    /// <exception cref="ShapeException">A number is missing or negative.</exception>
    public static Variable<T> Pad<T>(this Variable<T> x, ReadOnlySpan<int> before, ReadOnlySpan<int> after, double value = 0)
        where T : unmanaged, IFloatingPointIeee754<T> => new Pad<T>(before, after, value).Apply(x);
}
