namespace DeepSharp.Formats;

/// <summary>A dictionary in a pickle. It stores only entries with string keys, because state dictionaries need no others.</summary>
internal sealed class PickleDictionary : Dictionary<string, object?>
{
    // The time of a lookup is proportional to the length of the key, and a pickle may use a long key any number of times.
    private const int MaxKeyLength = 4096;

    /// <summary>Sets an entry. An entry whose key is not a string is ignored.</summary>
    /// <exception cref="InvalidDataException">The key is too long.</exception>
    public void Set(object? key, object? value)
    {
        if (key is not string name) return;
        RequireShort(name);
        this[name] = value;
    }

    /// <summary>Throws if a key is too long to be looked up often.</summary>
    /// <exception cref="InvalidDataException">The key is too long.</exception>
    public static void RequireShort(string key)
    {
        if (key.Length > MaxKeyLength)
            throw new InvalidDataException($"the pickle has a key of {key.Length} characters, at most {MaxKeyLength} are allowed.");
    }
}
