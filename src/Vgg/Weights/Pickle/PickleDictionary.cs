namespace DeepSharp.Vgg;

/// <summary>A dictionary in a pickle, with those of its entries that have a string as key; nothing that is sought has another.</summary>
internal sealed class PickleDictionary : Dictionary<string, object?>
{
    /// <summary>Sets an entry, or passes over it.</summary>
    public void Set(object? key, object? value)
    {
        if (key is string name) this[name] = value;
    }
}
