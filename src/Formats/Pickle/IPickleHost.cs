namespace DeepSharp.Formats;

/// <summary>Everything that a pickle may ask for beyond plain values. The pickle machine itself knows no class and no function.</summary>
internal interface IPickleHost
{
    /// <summary>The object that a pickle calls by a global name.</summary>
    /// <exception cref="InvalidDataException">The name is not on the list of what is allowed.</exception>
    object FindGlobal(string module, string name);

    /// <summary>What calling a global with arguments, or making an instance of it, gives.</summary>
    /// <exception cref="InvalidDataException">It cannot be called, or not with these.</exception>
    object? Call(object? global, object?[] arguments);

    /// <summary>Sets the state of an object that a call gave.</summary>
    /// <exception cref="InvalidDataException">It has none, or not such a one.</exception>
    void SetState(object? instance, object? state);

    /// <summary>The object outside of the pickle that an id stands for.</summary>
    /// <exception cref="InvalidDataException">There is no such object.</exception>
    object FindPersistent(object? id);
}
