using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography;
using DeepSharp.Autograd;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>An ordered dictionary from names to tensors and integers: the state of a module, an optimizer, a schedule or a file.</summary>
/// <remarks>
/// Entries are references, as in PyTorch: <see cref="Load(StateDict)"/> changes the module that the dictionary describes. The names of a
/// module's entries are PyTorch's keys, such as <c>features.0.weight</c>. Entries of a file are read directly into their destination, so
/// loading a file needs no second copy in memory.
/// </remarks>
[SuppressMessage("Naming", "CA1711", Justification = "The established name in PyTorch.")]
[SuppressMessage("Naming", "CA1710", Justification = "The established name in PyTorch.")]
public sealed class StateDict : IReadOnlyCollection<KeyValuePair<string, StateEntry>>
{
    private readonly OrderedDictionary<string, StateEntry> entries = [];

    /// <summary>The state in a file.</summary>
    /// <param name="file">The file, which must stay open.</param>
    public static StateDict Of(WeightsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var state = new StateDict();
        foreach (var stored in file.Tensors.Values) state.entries.Add(stored.Name, new StoredEntry(file, stored));
        return state;
    }

    /// <summary>The number of entries.</summary>
    public int Count => entries.Count;

    /// <summary>The names in order.</summary>
    public IEnumerable<string> Names => entries.Keys;

    /// <summary>The entry with the given name.</summary>
    /// <exception cref="KeyNotFoundException">There is no such entry.</exception>
    public StateEntry this[string name] => entries[name];

    /// <summary>Finds the entry with the given name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out StateEntry? entry) => entries.TryGetValue(name, out entry);

    /// <summary>Adds a tensor, without taking ownership of it.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add<T>(string name, Tensor<T> tensor)
        where T : unmanaged, IFloatingPointIeee754<T> => entries.Add(name, new TensorEntry<T>(tensor));

    /// <summary>Adds the value of a parameter.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add<T>(string name, Parameter<T> parameter)
        where T : unmanaged, IFloatingPointIeee754<T> => entries.Add(name, new TensorEntry<T>(parameter));

    /// <summary>Adds an integer.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add(string name, StateInteger integer) => entries.Add(name, new IntegerEntry(integer));

    /// <summary>Adds all entries of another dictionary.</summary>
    /// <param name="prefix">The prefix that is added to the names of these entries, for example <c>optimizer.</c>.</param>
    /// <param name="other">The other dictionary.</param>
    /// <exception cref="ArgumentException">A name is taken.</exception>
    public void AddAll(string prefix, StateDict other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var (name, entry) in other) entries.Add(prefix + name, entry);
    }

    /// <summary>The entries whose names begin with a prefix, under their names without the prefix.</summary>
    public StateDict Section(string prefix)
    {
        var section = new StateDict();
        foreach (var (name, entry) in entries)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal)) section.entries.Add(name[prefix.Length..], entry);
        }

        return section;
    }

    /// <summary>Compares the names, shapes and kinds (tensor or integer) of the entries with those of another dictionary.</summary>
    /// <param name="source">The dictionary that is to be loaded into this one.</param>
    public StateComparison Compare(StateDict source)
    {
        ArgumentNullException.ThrowIfNull(source);
        List<string> matching = [], missing = [], wrongShape = [];
        foreach (var (name, entry) in entries)
        {
            if (!source.TryGet(name, out var other)) missing.Add(name);
            else if (entry.IsInteger != other.IsInteger || !(other.IsInteger || other.IsFloatingPoint))
                wrongShape.Add($"{name} (expected {entry}, found {other})");
            else if (!entry.Shape.SequenceEqual(other.Shape))
                wrongShape.Add($"{name} (expected [{string.Join(", ", entry.Shape)}], found [{string.Join(", ", other.Shape)}])");
            else matching.Add(name);
        }

        string[] unexpected = [.. source.Names.Where(name => !entries.ContainsKey(name)).Order(StringComparer.Ordinal)];
        return new StateComparison(matching, missing, unexpected, wrongShape);
    }

    /// <summary>Replaces all values with those of another dictionary.</summary>
    /// <exception cref="InvalidDataException">The names, shapes or kinds are not exactly the same. Nothing is changed.</exception>
    public void Load(StateDict source)
    {
        var comparison = Compare(source);
        if (!comparison.IsMatch) throw new InvalidDataException($"the state does not fit: {comparison}.");
        Load(source, comparison.Matching);
    }

    /// <summary>Replaces the values for which another dictionary has the same name, shape and kind. Leaves the others unchanged.</summary>
    /// <returns>The names of the entries that were replaced (matching), and of the others.</returns>
    /// <exception cref="InvalidDataException">No entry matches.</exception>
    public StateComparison LoadMatching(StateDict source)
    {
        var comparison = Compare(source);
        if (comparison.Matching.Count == 0) throw new InvalidDataException($"nothing fits: {comparison}.");
        Load(source, comparison.Matching);
        return comparison;
    }

    /// <summary>Adds all entries to the contents of a file to be written.</summary>
    /// <exception cref="ArgumentException">The writer already has an entry of the same name.</exception>
    /// <exception cref="InvalidOperationException">An entry is in a file.</exception>
    public void AddTo(WeightsWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        foreach (var (name, entry) in entries) entry.AddTo(writer, name);
    }

    /// <summary>
    /// The SHA-256 hash, in hexadecimal, of all entries in ordinal order of their names. The elements of each entry are hashed in logical
    /// row-major order as little-endian bytes, integers as int64. Names and shapes are not hashed. The hash shows whether two training runs
    /// of a model produced the same bits.
    /// </summary>
    /// <exception cref="InvalidOperationException">An entry is in a file.</exception>
    public string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, entry) in entries.OrderBy(entry => entry.Key, StringComparer.Ordinal)) entry.AddTo(hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Enumerates the entries in order.</summary>
    public IEnumerator<KeyValuePair<string, StateEntry>> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A line for each entry: its name, type and shape.</summary>
    public override string ToString() => string.Join(Environment.NewLine, entries.Select(entry => $"{entry.Key} {entry.Value}"));

    private void Load(StateDict source, IEnumerable<string> names)
    {
        foreach (string name in names) entries[name].Set(source[name]);
    }
}
