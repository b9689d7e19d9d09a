using System.Numerics;

namespace DeepSharp.Vgg;

/// <summary>Keeps parts of a model as they are while the rest is trained.</summary>
public static class Freezing
{
    /// <summary>
    /// Keeps a module as it is: no parameter gets a gradient, batch normalizations use their running statistics and leave them alone. Backward is pruned
    /// where nothing needs it. Dropout goes on dropping.
    /// </summary>
    /// <remarks>PyTorch's <c>requires_grad_(False)</c> would let the running statistics of a model in training mode move on.</remarks>
    public static void Freeze<T>(this Module<T> module)
        where T : unmanaged, IFloatingPointIeee754<T> => Set(module, frozen: true);

    /// <summary>Undoes <see cref="Freeze"/>: every parameter is trained, every batch normalization uses the batch's statistics in training.</summary>
    public static void Unfreeze<T>(this Module<T> module)
        where T : unmanaged, IFloatingPointIeee754<T> => Set(module, frozen: false);

    private static void Set<T>(Module<T> module, bool frozen)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(module);
        foreach (var parameter in module.Parameters()) parameter.RequiresGradient = !frozen;
        foreach (var (_, part) in module.NamedModules())
        {
            if (part is BatchNorm2d<T> norm) norm.Frozen = frozen;
        }
    }
}
