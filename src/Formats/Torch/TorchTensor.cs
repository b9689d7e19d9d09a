namespace DeepSharp.Formats;

/// <summary>A tensor as a pickle describes it: lengths and strides over a part of a storage. The values are not checked yet.</summary>
internal sealed class TorchTensor
{
    /// <summary>The maximum rank of a PyTorch tensor.</summary>
    public const int MaxRank = 64;

    /// <summary>The storage; null if the tensor has no elements or its state was never set.</summary>
    public TorchStorage? Storage { get; private set; }

    /// <summary>The offset of the first element in the storage, in elements.</summary>
    public long Offset { get; private set; }

    /// <summary>The lengths of the axes.</summary>
    public IReadOnlyList<long> Shape { get; private set; } = [];

    /// <summary>The distance, in elements, between neighbors along each axis.</summary>
    public IReadOnlyList<long> Strides { get; private set; } = [];

    /// <summary>Sets everything from the state that PyTorch writes: storage, offset, lengths, strides. Further items are ignored.</summary>
    /// <exception cref="InvalidDataException">The state is something else.</exception>
    public void Set(object?[] state)
    {
        if (state is not [TorchStorage storage, long offset, object?[] shape, object?[] strides, ..]
            || Lengths(shape) is not { } lengths || Lengths(strides) is not { } steps)
            throw new InvalidDataException("the pickle makes a tensor of something other than storage, offset, lengths and strides.");
        (Storage, Offset, Shape, Strides) = (storage, offset, lengths, steps);
    }

    /// <summary>Copies everything from another tensor.</summary>
    public void Set(TorchTensor other) => (Storage, Offset, Shape, Strides) = (other.Storage, other.Offset, other.Shape, other.Strides);

    // A pickle may refer to one tuple any number of times, and each reference is copied here.
    private static long[]? Lengths(object?[] values) => values.Length > MaxRank
        ? throw new InvalidDataException($"the pickle makes a tensor of {values.Length} dimensions, at most {MaxRank} are possible.")
        : Array.TrueForAll(values, value => value is long) ? Array.ConvertAll(values, value => (long)value!) : null;
}
