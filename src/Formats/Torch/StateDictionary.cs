namespace DeepSharp.Formats;

/// <summary>Finds the state dictionary in a saved object, which is the state dictionary or a dictionary that contains it.</summary>
internal static class StateDictionary
{
    // torch.nn.DataParallel adds this prefix to all names, so it is removed if all names have it.
    private const string WrapperPrefix = "module.";
    private const int MaxDepth = 2;

    private static readonly string[] WeightNames = ["weight", "bias", "running_mean", "running_var"];

    // The usual keys of the state dictionary in a training checkpoint, the most specific first.
    private static readonly string[] UsualNames =
        ["state_dict", "model_state_dict", "model_state", "model", "net", "network", "module", "weights", "params"];

    /// <summary>The tensors of the state dictionary, named without the prefix of DataParallel. Other entries are ignored.</summary>
    /// <exception cref="InvalidDataException">There is no dictionary of tensors, or several without a usual name.</exception>
    public static IReadOnlyList<(string Name, TorchTensor Tensor)> Find(object? root)
    {
        // Some programs save a tuple or list, for instance of a state dictionary and its epoch.
        PickleDictionary? dictionary = root as PickleDictionary;
        if (root is IReadOnlyList<object?> items) dictionary = Single(items.OfType<PickleDictionary>().Distinct());
        if (dictionary is null)
        {
            throw new InvalidDataException(root is InertObject inert
                ? $"expected a state dictionary, found the Python object {inert.Name}, which was not loaded; save model.state_dict()."
                : "expected a state dictionary, found another object; save model.state_dict().");
        }

        if (Search(dictionary, MaxDepth) is not { } found)
            throw new InvalidDataException("expected a state dictionary, found a dictionary without tensors.");
        var tensors = Tensors(found);
        return tensors.All(item => item.Name.StartsWith(WrapperPrefix, StringComparison.Ordinal))
            ? [.. tensors.Select(item => (item.Name[WrapperPrefix.Length..], item.Tensor))] : tensors;
    }

    private static PickleDictionary? Search(PickleDictionary dictionary, int depth)
    {
        // A training checkpoint may also contain tensors that are not weights, so the usual names are tried first.
        foreach (string name in depth > 0 ? UsualNames : [])
        {
            if (dictionary.GetValueOrDefault(name) is PickleDictionary inner && Search(inner, depth - 1) is { } found) return found;
        }

        if (HasTensors(dictionary)) return dictionary;
        // Distinct, because a pickle may refer to one dictionary any number of times.
        return Single(dictionary.Values.OfType<PickleDictionary>().Distinct().Where(HasTensors));
    }

    // The only one of some dictionaries; null if there is none.
    private static PickleDictionary? Single(IEnumerable<PickleDictionary> dictionaries)
    {
        PickleDictionary[] candidates = [.. dictionaries];
        return candidates.Length <= 1 ? candidates.FirstOrDefault()
            : throw new InvalidDataException(
                $"expected one state dictionary, found {candidates.Length}; save only the state dictionary of the network.");
    }

    private static bool HasTensors(PickleDictionary dictionary) => dictionary.Values.Any(value => value is TorchTensor);

    private static List<(string Name, TorchTensor Tensor)> Tensors(PickleDictionary dictionary)
    {
        // A weight that cannot be read must not be mistaken for one that the network does not have.
        var odd = dictionary.FirstOrDefault(
            item => item.Value is not (TorchTensor or null) && Array.Exists(WeightNames, item.Key.EndsWith));
        if (odd.Key is not null)
        {
            string found = odd.Value is InertObject value ? $"the Python object {value.Name}, which was not loaded" : "another object";
            throw new InvalidDataException($"expected \"{odd.Key}\" to be a tensor, found {found}.");
        }

        return [.. from item in dictionary where item.Value is TorchTensor select (item.Key, (TorchTensor)item.Value)];
    }
}
