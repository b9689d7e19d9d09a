namespace DeepSharp.Formats;

/// <summary>
/// Provides everything beyond plain values that a pickle may ask for. The pickle machine itself knows no class and no function.
/// </summary>
internal interface IPickleHost
{
    /// <summary>The object with a global name.</summary>
    /// <exception cref="InvalidDataException">The name is not on the list of allowed names.</exception>
    object FindGlobal(string module, string name);

    /// <summary>Calls a global with arguments, or makes an instance of it.</summary>
    /// <exception cref="InvalidDataException">The object cannot be called, or not with these arguments.</exception>
    object? Call(object? global, object?[] arguments);

    /// <summary>Sets the state of an object that <see cref="Call"/> returned.</summary>
    /// <exception cref="InvalidDataException">The object has no state, or the state does not fit.</exception>
    void SetState(object? instance, object? state);

    /// <summary>The object outside the pickle that an id refers to.</summary>
    /// <exception cref="InvalidDataException">There is no such object.</exception>
    object FindPersistent(object? id);
}
