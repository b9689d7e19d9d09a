using System.Numerics;

namespace DeepSharp.Autograd;

/// <summary>The operations as methods of variables; each lives in the file of its operation.</summary>
public static partial class VariableOperations
{
    /// <summary>A number as an operand beside <paramref name="x"/>.</summary>
    private static Variable<T> Like<T>(this Variable<T> x, T value)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Tape.Constant(value, x.Value.Context);
    }
}
