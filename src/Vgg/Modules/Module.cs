using System.Numerics;
using DeepSharp.Autograd;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>A layer, or a network made of layers: what it computes, and the parameters and buffers that it owns, by PyTorch's names.</summary>
/// <remarks>
/// A custom one registers what it owns in its constructor and keeps nothing from one call to the next, so that several tapes may use it at once:
/// <code>
/// sealed class Residual&lt;T&gt; : Module&lt;T&gt; where T : unmanaged, IFloatingPointIeee754&lt;T&gt;
/// {
///     private readonly Module&lt;T&gt; body;
///     public Residual(Module&lt;T&gt; body) =&gt; this.body = AddChild("body", body);
///     public override Variable&lt;T&gt; Forward(Variable&lt;T&gt; x) =&gt; x + body.Forward(x);
/// }
/// </code>
/// </remarks>
public abstract class Module<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<(string Name, Module<T> Module)> children = [];
    private readonly List<(string Name, Parameter<T> Parameter)> parameters = [];
    private readonly List<(string Name, Tensor<T> Buffer)> buffers = [];
    private readonly List<(string Name, Counter Counter)> counters = [];
    private readonly List<(string Name, Counter Position)> positions = [];

    /// <summary>Computes the output, recording onto the tape of <paramref name="x"/>.</summary>
    public abstract Variable<T> Forward(Variable<T> x);

    /// <summary>The modules that this one is made of, in order.</summary>
    public IReadOnlyList<(string Name, Module<T> Module)> Children => children;

    /// <summary>This module, named by the empty string, and all below it, each before its children, named by its path: <c>features.0</c>.</summary>
    public IEnumerable<(string Name, Module<T> Module)> NamedModules()
    {
        yield return ("", this);
        foreach (var (name, child) in children)
        {
            foreach (var (path, module) in child.NamedModules()) yield return (Join(name, path), module);
        }
    }

    /// <summary>The parameters of this module and all below it, each once.</summary>
    public IReadOnlyList<Parameter<T>> Parameters() => [.. NamedParameters().Select(named => named.Parameter).Distinct()];

    /// <summary>The parameters by PyTorch's keys: <c>features.0.weight</c>.</summary>
    public IEnumerable<(string Name, Parameter<T> Parameter)> NamedParameters() => Collect(module => module.parameters);

    /// <summary>The tensors that belong to the model's state and are not trained, by PyTorch's keys: <c>features.1.running_mean</c>.</summary>
    public IEnumerable<(string Name, Tensor<T> Buffer)> NamedBuffers() => Collect(module => module.buffers);

    /// <summary>The whole numbers that belong to the model's state, by PyTorch's keys: <c>features.1.num_batches_tracked</c>. Files hold them as int64 scalars.</summary>
    public IEnumerable<(string Name, Counter Counter)> NamedCounters() => Collect(module => module.counters);

    /// <summary>
    /// Where the layers that draw random numbers stand in their streams, by key: <c>classifier.2.position</c>. It is not the model's state but the
    /// training's: a checkpoint holds it, a model's file does not.
    /// </summary>
    public IEnumerable<(string Name, Counter Position)> NamedPositions() => Collect(module => module.positions);

    /// <summary>Writes parameters, buffers and counters to a file, whole or not at all: <c>.pth</c> and <c>.pt</c> in PyTorch's format, all others safetensors.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(string path)
    {
        var writer = WeightsWriter.For(path);
        AddTo(writer);
        writer.Save(path);
    }

    /// <summary>Adds parameters, buffers and counters, and the description of the model, to what a file will hold.</summary>
    public void AddTo(WeightsWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        foreach (var (name, (tensor, counter)) in ModelState.Of(this))
        {
            if (tensor is not null) writer.Add(name, tensor);
            else writer.Add(name, counter!.Value);
        }

        Describe(writer.Metadata);
    }

    /// <summary>Reads parameters, buffers and counters from a file of any kind, see <see cref="WeightsFile"/>.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or its names or shapes are not exactly the model's; the model is unchanged then.</exception>
    public void Load(string path)
    {
        using var file = WeightsFile.Open(path);
        Load(file);
    }

    /// <summary>As <see cref="Load(string)"/>, from an open file; what a checkpoint holds beside the model is passed over.</summary>
    public void Load(WeightsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var comparison = ModelState.Compare(this, file);
        if (!comparison.IsMatch) throw new InvalidDataException($"{file.Path}: the file does not fit the model: {comparison}.");
        Read(file, comparison.Matching);
    }

    /// <summary>Reads from a file what has the name and the shape of something in the model, and leaves the rest of the model as it is.</summary>
    /// <returns>What was read, and what was not: missing in the file, unexpected in it, or of another shape.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or nothing in it fits.</exception>
    public StateComparison LoadMatching(string path)
    {
        using var file = WeightsFile.Open(path);
        return LoadMatching(file);
    }

    /// <summary>As <see cref="LoadMatching(string)"/>, from an open file.</summary>
    public StateComparison LoadMatching(WeightsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var comparison = ModelState.Compare(this, file);
        if (comparison.Matching.Count == 0) throw new InvalidDataException($"{file.Path}: nothing in the file fits the model: {comparison}.");
        Read(file, comparison.Matching);
        return comparison;
    }

    /// <summary>Writes into a file's metadata what is needed to make the module again.</summary>
    protected internal virtual void Describe(IDictionary<string, string> metadata)
    {
    }

    /// <summary>Gives the memory of all parameters and buffers back.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives the memory of all parameters and buffers back.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing) return;
        foreach (var (_, child) in children) child.Dispose();
        foreach (var (_, parameter) in parameters) parameter.Dispose();
        foreach (var (_, buffer) in buffers) buffer.Dispose();
    }

    /// <summary>Registers a module that this one is made of.</summary>
    /// <returns>The module.</returns>
    /// <exception cref="ArgumentException">The name is taken, empty, or has a dot.</exception>
    protected TModule AddChild<TModule>(string name, TModule module)
        where TModule : Module<T>
    {
        ArgumentNullException.ThrowIfNull(module);
        children.Add((Unused(name), module));
        return module;
    }

    /// <summary>Puts another module in the place of one that <see cref="AddChild"/> registered, which is disposed.</summary>
    /// <returns>The new module.</returns>
    /// <exception cref="ArgumentException">There is no module of that name.</exception>
    protected TModule ReplaceChild<TModule>(string name, TModule module)
        where TModule : Module<T>
    {
        ArgumentNullException.ThrowIfNull(module);
        int index = children.FindIndex(child => child.Name == name);
        if (index < 0) throw new ArgumentException($"{GetType().Name}: there is no module \"{name}\" to replace.");
        children[index].Module.Dispose();
        children[index] = (name, module);
        return module;
    }

    /// <summary>Registers a parameter, which takes over <paramref name="value"/>.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty, or has a dot.</exception>
    protected Parameter<T> AddParameter(string name, Tensor<T> value)
    {
        var parameter = new Parameter<T>(value);
        parameters.Add((Unused(name), parameter));
        return parameter;
    }

    /// <summary>Registers a tensor that belongs to the state and is not trained; takes it over.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty, or has a dot.</exception>
    protected Tensor<T> AddBuffer(string name, Tensor<T> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        buffers.Add((Unused(name), value));
        return value;
    }

    /// <summary>Registers a whole number that belongs to the state.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty, or has a dot.</exception>
    protected Counter AddCounter(string name)
    {
        var counter = new Counter();
        counters.Add((Unused(name), counter));
        return counter;
    }

    /// <summary>Registers the place in a random stream that forward passes move on.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty, or has a dot.</exception>
    protected Counter AddPosition(string name)
    {
        var position = new Counter();
        positions.Add((Unused(name), position));
        return position;
    }

    private void Read(WeightsFile file, IEnumerable<string> names)
    {
        var state = ModelState.Of(this);
        foreach (string name in names)
        {
            var (tensor, counter) = state[name];
            if (tensor is not null) file.Read(name, tensor);
            else counter!.Value = file.ReadInteger(name);
        }
    }

    private static string Join(string left, string right) => left.Length == 0 ? right : right.Length == 0 ? left : $"{left}.{right}";

    private IEnumerable<(string, TItem)> Collect<TItem>(Func<Module<T>, List<(string Name, TItem Item)>> of) =>
        NamedModules().SelectMany(named => of(named.Module).Select(item => (Join(named.Name, item.Name), item.Item)));

    private string Unused(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Contains('.', StringComparison.Ordinal)) throw new ArgumentException($"{GetType().Name}: the name \"{name}\" must not have a dot, which separates the parts of a key.");
        bool taken = children.Exists(item => item.Name == name) || parameters.Exists(item => item.Name == name)
            || buffers.Exists(item => item.Name == name) || counters.Exists(item => item.Name == name) || positions.Exists(item => item.Name == name);
        return !taken ? name : throw new ArgumentException($"{GetType().Name}: the name \"{name}\" is taken.");
    }
}
