using System.Collections;
using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>A chain of modules, named by their indices.</summary>
/// <remarks>
/// The chain is rewritten into fewer operations (see <see cref="Fuse"/>). Each intermediate result is released as soon as the next module
/// has read it, unless backward may need it. Keys, summaries and <see cref="Forward(Variable{T}, Range)"/> still refer to the original
/// modules.
/// </remarks>
public sealed class Sequential<T> : Module<T>, IReadOnlyList<Module<T>>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Module<T>[] modules;
    private Module<T>[] computed;

    /// <summary>Creates a chain of modules with the keys 0, 1, 2 and so on. The chain takes ownership of the modules.</summary>
    public Sequential(params ReadOnlySpan<Module<T>> modules)
    {
        this.modules = modules.ToArray();
        for (int i = 0; i < this.modules.Length; i++) AddChild($"{i}", this.modules[i]);
        computed = Rewrite(modules);
    }

    /// <summary>The number of modules.</summary>
    public int Count => modules.Length;

    /// <summary>The module at an index.</summary>
    public Module<T> this[int index] => modules[index];

    /// <summary>
    /// Whether a convolution and the batch normalization, ReLU and max pooling after it are computed as one operation, and flattening is
    /// skipped if a linear layer can read the images as they are. The default is true.
    /// </summary>
    public bool Fuse
    {
        get;
        set
        {
            field = value;
            computed = Rewrite(modules);
        }
    } = true;

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => Run(computed, x);

    /// <summary>Runs only some of the modules, for example to get intermediate features: <c>features.Forward(x, ..5)</c>.</summary>
    /// <param name="x">The input of the first module of the range.</param>
    /// <param name="part">The range of modules to run.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the chain.</exception>
    public Variable<T> Forward(Variable<T> x, Range part) => Run(Rewrite(modules.AsSpan()[part]), x);

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input, Mode mode = Mode.Evaluation) =>
        Layers(input, mode).Aggregate(input, (_, layer) => layer.Output);

    /// <inheritdoc/>
    protected internal override IEnumerable<(string Key, Module<T> Layer)> Sequence() => SequenceOf(Children);

    /// <summary>Enumerates the modules in order.</summary>
    public IEnumerator<Module<T>> GetEnumerator() => ((IEnumerable<Module<T>>)modules).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private Module<T>[] Rewrite(ReadOnlySpan<Module<T>> modules) => Fuse ? Fused(modules) : modules.ToArray();
}
