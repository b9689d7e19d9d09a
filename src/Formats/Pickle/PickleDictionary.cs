namespace DeepSharp.Formats;

/// <summary>A dictionary in a pickle, with those of its entries that have a string as key; nothing that is sought has another.</summary>
internal sealed class PickleDictionary : Dictionary<string, object?>
{
    // To look up a key takes as long as it is, and a pickle may name a long one any number of times.
    private const int MaxKeyLength = 4096;

    /// <summary>Sets an entry, or passes over it.</summary>
    /// <exception cref="InvalidDataException">The key is too long.</exception>
    public void Set(object? key, object? value)
    {
        if (key is not string name) return;
        RequireShort(name);
        this[name] = value;
    }

    /// <summary>Throws unless a key is short enough to be looked up often.</summary>
    /// <exception cref="InvalidDataException">It is too long.</exception>
    public static void RequireShort(string key)
    {
        if (key.Length > MaxKeyLength) throw new InvalidDataException($"the pickle has a key of {key.Length} characters, at most {MaxKeyLength} are allowed.");
    }
}
