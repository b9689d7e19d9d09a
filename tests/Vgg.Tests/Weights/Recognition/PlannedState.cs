namespace DeepSharp.Vgg.Tests.Weights.Recognition;

/// <summary>Names and shapes of state dictionaries, without weights.</summary>
internal static class PlannedState
{
    /// <summary>Returns the names and shapes of a model.</summary>
    public static List<(string Name, IReadOnlyList<long> Shape)> Of(VggDescription description)
    {
        using var model = description.CreateModel<float>();
        return [.. model.State().Select(entry => (entry.Key, entry.Value.Shape))];
    }

    /// <summary>Renames tensors.</summary>
    public static IEnumerable<(string Name, IReadOnlyList<long> Shape)> Renamed(
        IEnumerable<(string Name, IReadOnlyList<long> Shape)> tensors, Func<string, string> rename) =>
        tensors.Select(tensor => (rename(tensor.Name), tensor.Shape));

    /// <summary>Recognizes a model from names and shapes.</summary>
    public static Recognized Recognize(IEnumerable<(string Name, IReadOnlyList<long> Shape)> tensors, VggConfig? config = null)
    {
        // The index is stored as the offset, to identify a tensor after it is renamed.
        StoredTensor[] stored =
            [.. tensors.Select((tensor, i) => new StoredTensor(tensor.Name, tensor.Shape.Count == 0 ? "I64" : "F32", tensor.Shape, i, 0))];
        var (description, renamed, assumptions) = VggRecognition.ByNames(stored, config);
        var keys = renamed.Where(tensor => tensor.Integer is null)
            .ToDictionary(tensor => tensor.Name, tensor => stored[(int)tensor.Offset].Name);
        string[] missing = [.. renamed.Where(tensor => tensor.Integer == 0).Select(tensor => tensor.Name)];
        return new Recognized(description, keys, missing, assumptions);
    }
}

/// <summary>A recognized model: its description, the file's name for each tensor, and the integer tensors that the file lacks.</summary>
internal sealed record Recognized(
    VggDescription Description,
    IReadOnlyDictionary<string, string> Keys,
    IReadOnlyList<string> MissingIntegers,
    IReadOnlyList<string> Assumptions);
