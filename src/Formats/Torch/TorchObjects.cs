namespace DeepSharp.Formats;

/// <summary>The few classes and functions that the pickles of state dictionaries need. All others become inert objects.</summary>
internal sealed class TorchObjects : IPickleHost
{
    // Limits the copied entries, lengths and strides, because a pickle may refer to one list any number of times, and each reference is
    // copied. A network of a thousand tensors copies fewer than 10,000.
    private const int MaxCopies = 1 << 20;

    private readonly Dictionary<string, TorchStorage> storages = [];
    private int copies;

    /// <summary>The storages that the pickles have referred to so far, by key.</summary>
    public IReadOnlyDictionary<string, TorchStorage> Storages => storages;

    /// <inheritdoc/>
    public object FindGlobal(string module, string name) => (module, name) switch
    {
        ("collections", "OrderedDict") => new Function(OrderedDictionary),
        ("torch._utils", "_rebuild_tensor" or "_rebuild_tensor_v2") => new Function(Tensor),
        ("torch._utils", "_rebuild_parameter") => new Function(First),
        // The pickles of 2017 first create an empty tensor or parameter, then set its state.
        ("torch.nn.parameter", "Parameter") =>
            new Function(arguments => arguments is [TorchTensor tensor, ..] ? tensor : new TorchTensor()),
        ("torch", "FloatTensor" or "DoubleTensor" or "HalfTensor" or "LongTensor") => new Function(_ => new TorchTensor()),
        ("torch", "Size") => new Function(First),
        ("torch", "device") => new Function(_ => null),
        ("torch", "float16" or "bfloat16" or "float32" or "float64") => new ElementType(name),
        ("torch", "int64" or "int32" or "int16" or "int8" or "uint8" or "bool") => new ElementType(name),
        ("torch", _) when TorchStorage.TypeOf(name) is { } type => new StorageClass(type),
        // Training checkpoints contain other objects beside the weights. Nothing of them is loaded or executed.
        _ => new InertObject($"{module}.{name}"),
    };

    /// <inheritdoc/>
    public object? Call(object? global, object?[] arguments) =>
        global is Function function ? function.Call(arguments)
            : global is InertObject inert ? new InertObject(inert.Name)
            : throw new InvalidDataException("the pickle calls an object that is not a function.");

    /// <inheritdoc/>
    public void SetState(object? instance, object? state)
    {
        switch (instance, state)
        {
            // PyTorch stores the versions of layers as an attribute of the dictionary; they are not needed.
            case (PickleDictionary, _): break;
            // A parameter of 2017: data, gradient, hooks, requires_grad and more. In newer files, the state contains no data.
            case (TorchTensor parameter, object?[] and [TorchTensor data, ..]): parameter.Set(data); break;
            case (TorchTensor tensor, object?[] and [TorchStorage, ..] parts): Set(tensor, parts); break;
            case (TorchTensor or InertObject, _): break;
            default: throw new InvalidDataException("the pickle sets the state of an object that has none.");
        }
    }

    /// <inheritdoc/>
    public object FindPersistent(object? id)
    {
        var storage = id switch
        {
            object?[] and ["storage", StorageClass type, string key, _, long count] => new TorchStorage(key, type.Name, count),
            object?[] and ["storage", StorageClass type, string key, _, long count, null] => new TorchStorage(key, type.Name, count),
            object?[] and ["storage", StorageClass type, string key, _, long, object?[] and [_, long start, long count]] =>
                new TorchStorage(key, type.Name, count, start),
            object?[] and ["storage", InertObject inert, ..] =>
                throw new InvalidDataException($"the pickle refers to a storage of the unknown class {inert.Name}."),
            _ => throw new InvalidDataException("the pickle refers to something other than a storage of a known type."),
        };
        PickleDictionary.RequireShort(storage.Key);
        storages.TryAdd(storage.Key, storage);
        return storage;
    }

    // Files of Python 2 pass the entries as a list of pairs.
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
        if (copies > MaxCopies)
        {
            throw new InvalidDataException(
                $"the pickle copies more than {MaxCopies} entries and lengths, which no state dictionary needs.");
        }
    }

    private static object? First(object?[] arguments) =>
        arguments is [var first, ..] ? first : throw new InvalidDataException("the pickle calls a function without its argument.");

    private sealed record Function(Func<object?[], object?> Call);

    private sealed record StorageClass(string Name);

    private sealed record ElementType(string Name);
}
