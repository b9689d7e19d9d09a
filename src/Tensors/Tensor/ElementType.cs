using System.Numerics;

namespace DeepSharp.Tensors;

/// <summary>The element types of tensors: float for training, double for gradient checks of the same code.</summary>
internal static class ElementType
{
    /// <summary>Throws unless T is float or double.</summary>
    public static void Require<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
            throw new NotSupportedException($"A tensor holds float or double, not {typeof(T).Name}.");
    }
}
