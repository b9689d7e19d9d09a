namespace DeepSharp.Formats;

/// <summary>A tensor as a pickle describes it: lengths and strides over a part of a storage. Nothing in it is checked yet.</summary>
internal sealed class TorchTensor
{
    /// <summary>The most lengths that a tensor of PyTorch can have.</summary>
    public const int MaxRank = 64;

    /// <summary>The storage; null for a tensor without elements or whose state did not come.</summary>
    public TorchStorage? Storage { get; private set; }

    /// <summary>The first element's place in the storage.</summary>
    public long Offset { get; private set; }

    /// <summary>The lengths of the axes.</summary>
    public IReadOnlyList<long> Shape { get; private set; } = [];

    /// <summary>The distance, in elements, between neighbours along each axis.</summary>
    public IReadOnlyList<long> Strides { get; private set; } = [];

    /// <summary>Sets everything from what PyTorch writes: storage, offset, lengths, strides, and what does not matter here.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public void Set(object?[] state)
    {
        if (state is not [TorchStorage storage, long offset, object?[] shape, object?[] strides, ..] || Lengths(shape) is not { } lengths || Lengths(strides) is not { } steps)
            throw new InvalidDataException("the pickle makes a tensor of something other than storage, offset, lengths and strides.");
        (Storage, Offset, Shape, Strides) = (storage, offset, lengths, steps);
    }

    /// <summary>Sets everything as in another tensor.</summary>
    public void Set(TorchTensor other) => (Storage, Offset, Shape, Strides) = (other.Storage, other.Offset, other.Shape, other.Strides);

    // A pickle may name one tuple any number of times, and each is copied here.
    private static long[]? Lengths(object?[] values) => values.Length > MaxRank
        ? throw new InvalidDataException($"the pickle makes a tensor of {values.Length} dimensions, at most {MaxRank} are possible.")
        : Array.TrueForAll(values, value => value is long) ? Array.ConvertAll(values, value => (long)value!) : null;
}
