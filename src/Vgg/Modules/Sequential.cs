using System.Collections;
using System.Numerics;
using DeepSharp.Autograd;

namespace DeepSharp.Vgg;

/// <summary>Modules one after the other, named by their numbers.</summary>
/// <remarks>
/// It plans once which neighbours run as one stage (see <see cref="Stage{T}"/>), and gives back each intermediate result as soon as the next stage has
/// read it, unless backward needs it. Keys, summaries and <see cref="Forward(Variable{T}, Range)"/> still see single modules.
/// </remarks>
public sealed class Sequential<T> : Module<T>, IReadOnlyList<Module<T>>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Module<T>[] modules;
    private Stage<T>[] stages;

    /// <summary>The modules in order; their keys are 0, 1, 2 and so on.</summary>
    public Sequential(params ReadOnlySpan<Module<T>> modules)
    {
        this.modules = modules.ToArray();
        for (int i = 0; i < this.modules.Length; i++) AddChild($"{i}", this.modules[i]);
        stages = Stage<T>.Plan(this.modules, fuse: true);
    }

    /// <summary>The number of modules.</summary>
    public int Count => modules.Length;

    /// <summary>The module of a number.</summary>
    public Module<T> this[int index] => modules[index];

    /// <summary>Whether runs of convolution, batch normalization, rectifier and max pooling are computed as one operation. On unless switched off.</summary>
    public bool Fuse
    {
        get;
        set
        {
            field = value;
            stages = Stage<T>.Plan(modules, value);
        }
    } = true;

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => Stage<T>.Run(stages, x);

    /// <summary>Computes a part of the modules only, for instance features from the middle: <c>features.Forward(x, ..5)</c>.</summary>
    /// <param name="x">The input of the first module of the part.</param>
    /// <param name="part">Which modules to run.</param>
    public Variable<T> Forward(Variable<T> x, Range part) => Stage<T>.Run(Stage<T>.Plan(modules[part], Fuse), x);

    /// <summary>Enumerates the modules in order.</summary>
    public IEnumerator<Module<T>> GetEnumerator() => ((IEnumerable<Module<T>>)modules).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
