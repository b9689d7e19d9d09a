using System.Numerics;
using DeepSharp.Autograd;

namespace DeepSharp.Vgg;

/// <summary>One step of a <see cref="Sequential{T}"/>: a single module, or neighbours that are computed together.</summary>
internal class Stage<T>(params Module<T>[] modules)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The modules of this stage, in order.</summary>
    public IReadOnlyList<Module<T>> Modules => modules;

    /// <summary>Cuts a row of modules into stages.</summary>
    public static Stage<T>[] Plan(Module<T>[] modules, bool fuse)
    {
        List<Stage<T>> stages = [];
        for (int i = 0; i < modules.Length;)
        {
            var stage = (fuse ? ConvolutionStage<T>.From(modules, i) : null) ?? new Stage<T>(modules[i]);
            stages.Add(stage);
            i += stage.Modules.Count;
        }

        return [.. stages];
    }

    /// <summary>Runs stages one after the other and gives back what lies between them, but not the input, which others may read.</summary>
    public static Variable<T> Run(ReadOnlySpan<Stage<T>> stages, Variable<T> x)
    {
        var current = x;
        foreach (var stage in stages)
        {
            var next = stage.Forward(current);
            // Dropout in evaluation returns its input.
            if (!ReferenceEquals(current, x) && !ReferenceEquals(current, next)) current.Tape.ReleaseIntermediate(current);
            current = next;
        }

        return current;
    }

    /// <summary>Computes the stage.</summary>
    public virtual Variable<T> Forward(Variable<T> x) => modules[0].Forward(x);
}
