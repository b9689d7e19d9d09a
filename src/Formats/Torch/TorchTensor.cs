namespace DeepSharp.Formats;

/// <summary>A tensor as a pickle describes it: a storage, offset, lengths and strides. Their values are not checked yet.</summary>
internal sealed class TorchTensor
{
    /// <summary>The maximum rank of a PyTorch tensor.</summary>
    public const int MaxRank = 64;

    /// <summary>The storage; null if the state of the tensor was never set.</summary>
    public TorchStorage? Storage { get; private set; }

    /// <summary>The offset of the first element in the storage, in elements.</summary>
    public long Offset { get; private set; }

    /// <summary>The lengths of the axes.</summary>
    public IReadOnlyList<long> Shape { get; private set; } = [];

    /// <summary>The stride of each axis, in elements.</summary>
    public IReadOnlyList<long> Strides { get; private set; } = [];

    /// <summary>Sets all properties from a state of PyTorch: storage, offset, lengths, strides. Further items are ignored.</summary>
    /// <exception cref="InvalidDataException">The state is something else, or has too many lengths or strides.</exception>
    public void Set(object?[] state)
    {
        if (state is not [TorchStorage storage, long offset, object?[] shape, object?[] strides, ..]
            || Lengths(shape) is not { } lengths || Lengths(strides) is not { } steps)
            throw new InvalidDataException("the pickle makes a tensor of something other than storage, offset, lengths and strides.");
        (Storage, Offset, Shape, Strides) = (storage, offset, lengths, steps);
    }

    /// <summary>Copies all properties from another tensor.</summary>
    public void Set(TorchTensor other) => (Storage, Offset, Shape, Strides) = (other.Storage, other.Offset, other.Shape, other.Strides);

    // The tuple's length is limited, because a pickle may refer to one tuple any number of times, and each reference is copied here.
    private static long[]? Lengths(object?[] values) => values.Length > MaxRank
        ? throw new InvalidDataException($"the pickle makes a tensor of {values.Length} dimensions, at most {MaxRank} are possible.")
        : Array.TrueForAll(values, value => value is long) ? Array.ConvertAll(values, value => (long)value!) : null;
}
