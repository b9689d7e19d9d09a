using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Vgg;

/// <summary>Everything that a model's file holds (PyTorch's state dictionary): parameters, buffers, and counters, by key.</summary>
internal static class ModelState
{
    /// <summary>
    /// The beginning of the names of what a checkpoint holds beside a model (optimizer, random streams); loading a model passes over them.
    /// </summary>
    public const string TrainingPrefix = "training.";

    /// <summary>Whether a checkpoint holds a tensor of this name beside a model.</summary>
    public static bool IsOfTraining(string name) => name.StartsWith(TrainingPrefix, StringComparison.Ordinal);

    /// <summary>The state of a module: of each key either a tensor or a counter.</summary>
    public static Dictionary<string, (Tensor<T>? Tensor, Counter? Counter)> Of<T>(Module<T> module)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Dictionary<string, (Tensor<T>?, Counter?)> state = [];
        foreach (var (name, parameter) in module.NamedParameters()) state.Add(name, (parameter.Value, null));
        foreach (var (name, buffer) in module.NamedBuffers()) state.Add(name, (buffer, null));
        foreach (var (name, counter) in module.NamedCounters()) state.Add(name, (null, counter));
        return state;
    }

    /// <summary>Where the tensors of a module live; the default context for a module without any.</summary>
    public static ComputeContext ContextOf<T>(Module<T> module)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Of(module).Values.FirstOrDefault(entry => entry.Tensor is not null).Tensor?.Context ?? ComputeContext.Default;

    /// <summary>Compares a module with a file, by name and shape.</summary>
    public static StateComparison Compare<T>(Module<T> module, WeightsFile file)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var state = Of(module);
        List<string> matching = [], missing = [], wrongShape = [];
        foreach (var (name, (tensor, _)) in state)
        {
            if (!file.Tensors.TryGetValue(name, out var stored)) missing.Add(name);
            else if (!stored.Shape.SequenceEqual(Lengths(tensor)))
                wrongShape.Add($"{name} (expected [{string.Join(", ", Lengths(tensor))}], found [{string.Join(", ", stored.Shape)}])");
            else matching.Add(name);
        }

        var unexpected = file.Tensors.Keys.Where(name => !state.ContainsKey(name) && !IsOfTraining(name));
        return new StateComparison(matching, missing, [.. unexpected.Order(StringComparer.Ordinal)], wrongShape);
    }

    /// <summary>Reads a module from a file that has other names; old files lack counters, which stay as they are.</summary>
    /// <param name="module">The module.</param>
    /// <param name="file">The file.</param>
    /// <param name="keys">The file's name of each name of the module.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or a shape or type does not fit.</exception>
    public static void Load<T>(Module<T> module, WeightsFile file, IReadOnlyDictionary<string, string> keys)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (var (name, (tensor, counter)) in Of(module))
        {
            if (tensor is not null) file.Read(keys[name], tensor);
            else if (keys.TryGetValue(name, out string? key)) counter!.Value = file.ReadInteger(key);
        }
    }

    /// <summary>Adds the <see cref="Module{T}.NamedPositions"/> to what a checkpoint will hold.</summary>
    public static void AddPositions<T>(SafeTensorsWriter writer, Module<T> module)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (var (name, position) in module.NamedPositions()) writer.Add(TrainingPrefix + name, position.Value);
    }

    /// <summary>Restores what <see cref="AddPositions"/> left in a checkpoint.</summary>
    /// <exception cref="InvalidDataException">A position is missing or not a whole number.</exception>
    public static void LoadPositions<T>(SafeTensorsFile file, Module<T> module)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (var (name, position) in module.NamedPositions()) position.Value = file.ReadInteger(TrainingPrefix + name);
    }

    private static IEnumerable<long> Lengths<T>(Tensor<T>? tensor)
        where T : unmanaged, IFloatingPointIeee754<T> => tensor is null ? [] : tensor.Shape.Select(length => (long)length);
}
