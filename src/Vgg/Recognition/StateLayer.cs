using System.Text.RegularExpressions;
using DeepSharp.Formats;

namespace DeepSharp.Vgg;

/// <summary>A layer of a state dictionary: the tensors whose names differ only after the last dot.</summary>
/// <param name="Path">Their names before the last dot: <c>features.0</c>.</param>
internal sealed partial record StateLayer(string Path)
{
    private static readonly string[] NormNames = ["weight", "bias", "running_mean", "running_var"];

    private readonly Dictionary<string, StoredTensor> tensors = [];

    /// <summary>The tensors by their names after the last dot: <c>weight</c>, <c>bias</c>.</summary>
    public IReadOnlyDictionary<string, StoredTensor> Tensors => tensors;

    /// <summary>The shape of the weight: [O, I, k, k] of a convolution, [O, I] of a linear layer, [C] of a normalization.</summary>
    public IReadOnlyList<long> Weight => tensors["weight"].Shape;

    /// <summary>Whether the layer has a bias.</summary>
    public bool HasBias => tensors.ContainsKey("bias");

    /// <summary>Whether the layer is a batch normalization.</summary>
    public bool IsNorm => tensors.ContainsKey("running_mean");

    /// <summary>The components of the path between the dots.</summary>
    public IReadOnlyList<string> Parts { get; } = Path.Split('.');

    /// <summary>The path with zero-padded numbers, so that 10 comes after 2.</summary>
    public string SortKey => Digits().Replace(Path, digits => digits.Value.PadLeft(10, '0'));

    /// <summary>A name without its digits: names of layers that only numbers tell apart become equal.</summary>
    public static string WithoutNumbers(string name) => Digits().Replace(name, "");

    /// <summary>Whether the name is that of a layer's weight or bias, or of a batch normalization's running mean or variance.</summary>
    public static bool IsState(string name) => NormNames.Contains(name[(name.LastIndexOf('.') + 1)..]);

    /// <summary>Groups tensors into layers, in the order of their first tensors.</summary>
    /// <exception cref="InvalidDataException">
    /// A tensor belongs to no layer of a VGG network, a layer lacks a tensor, or its weight has another shape.
    /// </exception>
    public static List<StateLayer> Group(IEnumerable<StoredTensor> tensors)
    {
        List<StateLayer> layers = [];
        Dictionary<string, StateLayer> byPath = [];
        foreach (var tensor in tensors)
        {
            string name = tensor.Name;
            int dot = name.LastIndexOf('.');
            string path = dot < 0 ? "" : name[..dot], last = name[(dot + 1)..];
            // Counters, such as n_averaged of averaged weights. A scalar of another type may be a parameter.
            if (last != "num_batches_tracked" && tensor is { Shape.Count: 0, Type: [('I' or 'U'), ..] }) continue;
            if (last != "num_batches_tracked" && !NormNames.Contains(last))
            {
                throw new InvalidDataException(
                    $"\"{name}\" belongs to no layer of a VGG network; expected a name that ends in .weight, .bias, .running_mean, "
                    + ".running_var or .num_batches_tracked.");
            }

            if (!byPath.TryGetValue(path, out var layer)) layers.Add(byPath[path] = layer = new StateLayer(path));
            if (!layer.tensors.TryAdd(last, tensor)) throw new InvalidDataException($"the layer \"{path}\" has more than one {last}.");
        }

        foreach (var layer in layers) layer.Check();
        return layers;
    }

    /// <summary>The length of an axis of the weight.</summary>
    public int Length(int axis) => (int)Weight[axis];

    private void Check()
    {
        string[] missing = [.. (IsNorm ? NormNames : NormNames[..1]).Where(name => !tensors.ContainsKey(name))];
        if (missing.Length > 0) throw new InvalidDataException($"the layer \"{Path}\" has no {string.Join(", no ", missing)}.");
        string shape = $"[{string.Join(", ", Weight)}]";
        bool hasRank = IsNorm ? Weight.Count == 1 : Weight.Count is 2 or 4;
        if (!hasRank || Weight.Any(length => length is < 1 or > int.MaxValue) || (Weight.Count == 4 && Weight[2] != Weight[3]))
        {
            throw new InvalidDataException(
                $"\"{Path}.weight\" {shape} is not the weight of a convolution [O, I, k, k], a linear layer [O, I] "
                + "or a batch normalization [C].");
        }
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();
}
