using System.Numerics;
using System.Text;
using DeepSharp.Autograd;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>
/// A layer, or a network made of layers: its computation, and the parameters and buffers (untrained tensors) that it owns.
/// </summary>
/// <remarks>
/// A custom module registers its parameters, buffers and children in its constructor. <see cref="Forward"/> must store no intermediate
/// results in the module, so that several tapes can use it at once:
/// <code>
/// sealed class Residual&lt;T&gt; : Module&lt;T&gt; where T : unmanaged, IFloatingPointIeee754&lt;T&gt;
/// {
///     private readonly Module&lt;T&gt; body;
///     public Residual(Module&lt;T&gt; body) =&gt; this.body = AddChild("body", body);
///     public override Variable&lt;T&gt; Forward(Variable&lt;T&gt; x) =&gt; x + body.Forward(x);
/// }
/// </code>
/// The parameters of built-in layers take no memory until they are used, so a module can be created just to query its shapes and sizes.
/// </remarks>
public abstract partial class Module<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<(string Name, Module<T> Module)> children = [];
    private readonly List<(string Name, Parameter<T> Parameter)> parameters = [];
    private readonly List<(string Name, Tensor<T> Buffer)> buffers = [];
    private readonly List<(string Name, StateInteger Integer)> integers = [];
    private readonly List<(string Name, StateInteger Position)> positions = [];
    private readonly HashSet<string> names = [];

    /// <summary>Computes the output on the tape of <paramref name="x"/>.</summary>
    public abstract Variable<T> Forward(Variable<T> x);

    /// <summary>The children of this module, in order.</summary>
    public IReadOnlyList<(string Name, Module<T> Module)> Children => children;

    /// <summary>
    /// This module, with the empty name, and all its descendants, each before its children and named by its path: <c>features.0</c>.
    /// </summary>
    public IEnumerable<(string Name, Module<T> Module)> NamedModules()
    {
        yield return ("", this);
        foreach (var (name, child) in children)
        {
            foreach (var (path, module) in child.NamedModules()) yield return (Join(name, path), module);
        }
    }

    /// <summary>The parameters of this module and all its descendants. A parameter that several modules share appears once.</summary>
    public IReadOnlyList<Parameter<T>> Parameters() => [.. NamedParameters().Select(named => named.Parameter).Distinct()];

    /// <summary>The parameters of this module and all its descendants, by key, as in PyTorch: <c>features.0.weight</c>.</summary>
    public IEnumerable<(string Name, Parameter<T> Parameter)> NamedParameters() => Collect(module => module.parameters);

    /// <summary>The tensors of the module's state that are not trained, by key, as in PyTorch: <c>features.1.running_mean</c>.</summary>
    public IEnumerable<(string Name, Tensor<T> Buffer)> NamedBuffers() => Collect(module => module.buffers);

    /// <summary>The number of elements of all <see cref="Parameters"/>. Counting does not allocate the parameters.</summary>
    public long ParameterCount => Parameters().Sum(parameter => (long)parameter.Shape.ElementCount);

    /// <summary>The context of the first parameter; the default context for a module without parameters.</summary>
    public ComputeContext Context => NamedParameters().FirstOrDefault().Parameter?.Context ?? ComputeContext.Default;

    /// <summary>The state, like PyTorch's <c>state_dict()</c>: parameters, buffers and integers, module by module.</summary>
    /// <remarks>Integers, such as <c>features.1.num_batches_tracked</c>, are int64 scalars in files.</remarks>
    public StateDict State()
    {
        var state = new StateDict();
        foreach (var (path, module) in NamedModules())
        {
            foreach (var (name, parameter) in module.parameters) state.Add(Join(path, name), parameter);
            foreach (var (name, buffer) in module.buffers) state.Add(Join(path, name), buffer);
            foreach (var (name, integer) in module.integers) state.Add(Join(path, name), integer);
        }

        return state;
    }

    /// <summary>
    /// The positions in random streams, by key: <c>classifier.2.position</c>. They belong to a training run, not to the model: a checkpoint
    /// stores them, a model file does not.
    /// </summary>
    public StateDict Positions()
    {
        var state = new StateDict();
        foreach (var (name, position) in Collect(module => module.positions)) state.Add(name, position);
        return state;
    }

    /// <summary>
    /// Writes the state, and the metadata of <see cref="Describe"/>, to a file atomically: <c>.pth</c> and <c>.pt</c> in PyTorch's format,
    /// all others as safetensors.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        var writer = WeightsWriter.For(path);
        State().AddTo(writer);
        Describe(writer.Metadata);
        writer.Save(path);
    }

    /// <summary>
    /// Reads the state from a file of any supported format, see <see cref="WeightsFile"/>. From a checkpoint, only the model is read.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, or its names, shapes or kinds (tensor or integer) are not exactly those of the module. In the latter case, the
    /// module is unchanged.
    /// </exception>
    public void Load(string path)
    {
        using var file = WeightsFile.Open(path);
        Load(file);
    }

    /// <summary>Like <see cref="Load(string)"/>, but from an open file.</summary>
    public void Load(WeightsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var source = StateDict.Of(file.WithoutTraining());
        var comparison = State().Compare(source);
        if (!comparison.IsMatch) throw new InvalidDataException($"{file.Path}: the file does not fit the model: {comparison}.");
        State().Load(source);
    }

    /// <summary>Reads the entries of a file that match the module in name and shape, and leaves the rest of the module unchanged.</summary>
    /// <returns>
    /// The names of the entries that were read, and of the others: missing in the file, unexpected in it, or with another shape.
    /// </returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or no entry matches.</exception>
    public StateComparison LoadMatching(string path)
    {
        using var file = WeightsFile.Open(path);
        return LoadMatching(file);
    }

    /// <summary>Like <see cref="LoadMatching(string)"/>, but from an open file.</summary>
    public StateComparison LoadMatching(WeightsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        try
        {
            return State().LoadMatching(StateDict.Of(file.WithoutTraining()));
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(file.Path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{file.Path}: {e.Message}", e);
        }
    }

    /// <summary>
    /// Freezes the module: no parameter gets a gradient. In training, batch normalizations use their running statistics and leave them
    /// unchanged, and dropout remains active. Backward skips operations whose gradients are not needed.
    /// </summary>
    /// <remarks>
    /// In PyTorch, in contrast, a model in training mode still updates its running statistics after <c>requires_grad_(False)</c>.
    /// </remarks>
    public void Freeze() => SetFrozen(true);

    /// <summary>
    /// Unfreezes the whole module, including parts that were frozen separately: every parameter gets a gradient, and in training, every
    /// batch normalization uses the statistics of the batch.
    /// </summary>
    public void Unfreeze() => SetFrozen(false);

    /// <summary>Adds to a file's metadata a description from which the module can be created again; by default, adds nothing.</summary>
    public virtual void Describe(IDictionary<string, string> metadata)
    {
    }

    /// <summary>The module and its descendants, one per line and indented, in the layout of PyTorch.</summary>
    public override string ToString()
    {
        if (children.Count == 0) return $"{Kind}({Settings})";
        var text = new StringBuilder($"{Kind}(");
        foreach (var (name, child) in children)
        {
            string indented = child.ToString().Replace(Environment.NewLine, Environment.NewLine + "  ", StringComparison.Ordinal);
            text.Append(Environment.NewLine).Append($"  ({name}): ").Append(indented);
        }

        return text.Append(Environment.NewLine).Append(')').ToString();
    }

    /// <summary>Releases the memory of all parameters and buffers, including those of the children.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the memory of all parameters and buffers, including those of the children.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing) return;
        foreach (var (_, child) in children) child.Dispose();
        foreach (var (_, parameter) in parameters) parameter.Dispose();
        foreach (var (_, buffer) in buffers) buffer.Dispose();
    }

    /// <summary>Registers a child module and takes ownership of it.</summary>
    /// <returns>The module.</returns>
    /// <exception cref="ArgumentException">The name is taken, empty, or contains a dot.</exception>
    protected TModule AddChild<TModule>(string name, TModule module)
        where TModule : Module<T>
    {
        ArgumentNullException.ThrowIfNull(module);
        children.Add((Reserve(name), module));
        return module;
    }

    /// <summary>Replaces a module that <see cref="AddChild"/> registered, and disposes the old module.</summary>
    /// <returns>The new module.</returns>
    /// <exception cref="ArgumentException">There is no module with that name.</exception>
    protected TModule ReplaceChild<TModule>(string name, TModule module)
        where TModule : Module<T>
    {
        ArgumentNullException.ThrowIfNull(module);
        int index = children.FindIndex(child => child.Name == name);
        if (index < 0) throw new ArgumentException($"{Kind}: there is no module \"{name}\" to replace.", nameof(name));
        children[index].Module.Dispose();
        children[index] = (name, module);
        return module;
    }

    /// <summary>Registers a parameter, which takes ownership of <paramref name="value"/>.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty, or contains a dot.</exception>
    protected Parameter<T> AddParameter(string name, Tensor<T> value) => AddParameter(name, new Parameter<T>(value));

    /// <summary>Registers a parameter that takes no memory until it is used.</summary>
    /// <param name="name">The name of the parameter.</param>
    /// <param name="shape">The shape of its value.</param>
    /// <param name="initialize">Creates the value in the given context.</param>
    /// <param name="context">The context of the value; null for the default.</param>
    /// <exception cref="ArgumentException">The name is taken, empty, or contains a dot.</exception>
    protected Parameter<T> AddParameter(
        string name, Shape shape, Func<ComputeContext, Tensor<T>> initialize, ComputeContext? context = null) =>
        AddParameter(name, new Parameter<T>(shape, initialize, context));

    /// <summary>Registers a tensor that belongs to the state but is not trained, and takes ownership of it.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty, or contains a dot.</exception>
    protected Tensor<T> AddBuffer(string name, Tensor<T> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        buffers.Add((Reserve(name), value));
        return value;
    }

    /// <summary>Registers an integer, initially 0, that belongs to the state.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty, or contains a dot.</exception>
    protected StateInteger AddInteger(string name)
    {
        var integer = new StateInteger();
        integers.Add((Reserve(name), integer));
        return integer;
    }

    /// <summary>
    /// Registers a position in a random stream, initially 0, which <see cref="Forward"/> must advance. See <see cref="Positions"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The name is taken, empty, or contains a dot.</exception>
    protected StateInteger AddPosition(string name)
    {
        var position = new StateInteger();
        positions.Add((Reserve(name), position));
        return position;
    }

    private Parameter<T> AddParameter(string name, Parameter<T> parameter)
    {
        parameters.Add((Reserve(name), parameter));
        return parameter;
    }

    private void SetFrozen(bool frozen)
    {
        foreach (var parameter in Parameters()) parameter.RequiresGradient = !frozen;
        foreach (var (_, module) in NamedModules())
        {
            if (module is BatchNorm2d<T> norm) norm.Frozen = frozen;
        }
    }

    private static string Join(string left, string right) => left.Length == 0 ? right : right.Length == 0 ? left : $"{left}.{right}";

    private IEnumerable<(string, TItem)> Collect<TItem>(Func<Module<T>, List<(string Name, TItem Item)>> of) =>
        NamedModules().SelectMany(named => of(named.Module).Select(item => (Join(named.Name, item.Name), item.Item)));

    private string Reserve(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Contains('.', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"{Kind}: the name \"{name}\" must not contain a dot, which separates the parts of a key.", nameof(name));
        }

        return names.Add(name) ? name : throw new ArgumentException($"{Kind}: the name \"{name}\" is taken.", nameof(name));
    }
}
