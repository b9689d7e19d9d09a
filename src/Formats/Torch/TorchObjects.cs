namespace DeepSharp.Formats;

/// <summary>What the pickles of PyTorch may ask for: the few classes and functions that state dictionaries are made of. Nothing else exists here.</summary>
internal sealed class TorchObjects : IPickleHost
{
    // What a pickle names again and again is copied each time. A network of a thousand tensors takes about 10,000.
    private const int MaxCopies = 1 << 20;

    private readonly Dictionary<string, TorchStorage> storages = [];
    private int copies;

    /// <summary>The storages that the pickles so far refer to, by key.</summary>
    public IReadOnlyDictionary<string, TorchStorage> Storages => storages;

    /// <inheritdoc/>
    public object FindGlobal(string module, string name) => (module, name) switch
    {
        ("collections", "OrderedDict") => new Function(OrderedDictionary),
        ("torch._utils", "_rebuild_tensor" or "_rebuild_tensor_v2") => new Function(Tensor),
        ("torch._utils", "_rebuild_parameter") => new Function(First),
        // Files of 2017 make an empty tensor or parameter first, and set its state then.
        ("torch.nn.parameter", "Parameter") => new Function(arguments => arguments is [TorchTensor tensor, ..] ? tensor : new TorchTensor()),
        ("torch", "FloatTensor" or "DoubleTensor" or "HalfTensor" or "LongTensor") => new Function(_ => new TorchTensor()),
        ("torch", "Size") => new Function(First),
        ("torch", "device") => new Function(_ => null),
        ("torch", "float16" or "bfloat16" or "float32" or "float64" or "int64" or "int32" or "int16" or "int8" or "uint8" or "bool") => new ElementType(name),
        ("torch", _) when TorchStorage.TypeOf(name) is { } type => new StorageClass(type),
        _ => throw new InvalidDataException(
            $"the file asks for the Python object {module}.{name}, and only those of state dictionaries are allowed; nothing of it was run. Save model.state_dict() instead."),
    };

    /// <inheritdoc/>
    public object? Call(object? global, object?[] arguments) =>
        global is Function function ? function.Call(arguments) : throw new InvalidDataException("the pickle calls something that is no function.");

    /// <inheritdoc/>
    public void SetState(object? instance, object? state)
    {
        switch (instance, state)
        {
            // PyTorch keeps the versions of layers as an attribute of the dictionary.
            case (PickleDictionary, _): break;
            // A parameter of 2017: data, gradient, hooks, requires_grad and more; today without the data.
            case (TorchTensor parameter, object?[] and [TorchTensor data, ..]): parameter.Set(data); break;
            case (TorchTensor tensor, object?[] and [TorchStorage, ..] parts): Set(tensor, parts); break;
            case (TorchTensor, _): break;
            default: throw new InvalidDataException("the pickle sets the state of something that has none.");
        }
    }

    /// <inheritdoc/>
    public object FindPersistent(object? id)
    {
        var storage = id switch
        {
            object?[] and ["storage", StorageClass type, string key, _, long count] => new TorchStorage(key, type.Name, count),
            object?[] and ["storage", StorageClass type, string key, _, long count, null] => new TorchStorage(key, type.Name, count),
            object?[] and ["storage", StorageClass type, string key, _, long, object?[] and [_, long start, long count]] => new TorchStorage(key, type.Name, count, start),
            _ => throw new InvalidDataException("the pickle refers to something other than a storage of a known type."),
        };
        PickleDictionary.RequireShort(storage.Key);
        storages.TryAdd(storage.Key, storage);
        return storage;
    }

    // Python 2 gives the entries as a list of pairs.
    private PickleDictionary OrderedDictionary(object?[] arguments)
    {
        PickleDictionary dictionary = [];
        if (arguments is not [List<object?> pairs]) return dictionary;
        CountCopies(pairs.Count);
        foreach (object? pair in pairs)
        {
            if (pair is IReadOnlyList<object?> and [var key, var value]) dictionary.Set(key, value);
        }

        return dictionary;
    }

    private TorchTensor Tensor(object?[] arguments)
    {
        var tensor = new TorchTensor();
        Set(tensor, arguments);
        return tensor;
    }

    private void Set(TorchTensor tensor, object?[] state)
    {
        tensor.Set(state);
        CountCopies(tensor.Shape.Count + tensor.Strides.Count);
    }

    private void CountCopies(int count)
    {
        copies = (int)Math.Min((long)copies + count, int.MaxValue);
        if (copies > MaxCopies) throw new InvalidDataException($"the pickle copies more than {MaxCopies} entries and lengths, which no state dictionary needs.");
    }

    private static object? First(object?[] arguments) =>
        arguments is [var first, ..] ? first : throw new InvalidDataException("the pickle calls a function without its argument.");

    private sealed record Function(Func<object?[], object?> Call);

    private sealed record StorageClass(string Name);

    private sealed record ElementType(string Name);
}
