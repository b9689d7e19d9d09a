namespace DeepSharp.Formats;

/// <summary>Finds the state dictionary in a saved object, which is the state dictionary or a dictionary that contains it.</summary>
internal static class StateDictionary
{
    // torch.nn.DataParallel adds this prefix to all names, so it is removed if all names have it.
    private const string WrapperPrefix = "module.";
    private const int MaxDepth = 2;

    // The usual keys of the state dictionary in a training checkpoint, the most specific first.
    private static readonly string[] UsualNames =
        ["state_dict", "model_state_dict", "model_state", "model", "net", "network", "module", "weights", "params"];

    /// <summary>The tensors of the state dictionary, named without the prefix of DataParallel. Other entries are ignored.</summary>
    /// <exception cref="InvalidDataException">There is no dictionary of tensors, or several without a usual name.</exception>
    public static IReadOnlyList<(string Name, TorchTensor Tensor)> Find(object? root)
    {
        if (root is not PickleDictionary dictionary)
            throw new InvalidDataException("expected a state dictionary, found another object; save model.state_dict().");
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
        PickleDictionary[] candidates = [.. dictionary.Values.OfType<PickleDictionary>().Distinct().Where(HasTensors)];
        return candidates.Length <= 1 ? candidates.FirstOrDefault()
            : throw new InvalidDataException(
                $"expected one state dictionary, found {candidates.Length}; save only the state dictionary of the network.");
    }

    private static bool HasTensors(PickleDictionary dictionary) => dictionary.Values.Any(value => value is TorchTensor);

    private static List<(string Name, TorchTensor Tensor)> Tensors(PickleDictionary dictionary) =>
        [.. from item in dictionary where item.Value is TorchTensor select (item.Key, (TorchTensor)item.Value)];
}
