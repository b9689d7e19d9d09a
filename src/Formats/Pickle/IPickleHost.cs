namespace DeepSharp.Formats;

/// <summary>
/// Provides the classes, functions and external objects that a pickle refers to. The pickle machine itself provides only plain values.
/// </summary>
internal interface IPickleHost
{
    /// <summary>The class, function or constant of a Python module.</summary>
    /// <exception cref="InvalidDataException">The name is not on the list of allowed names.</exception>
    object FindGlobal(string module, string name);

    /// <summary>Calls a function with arguments, or creates an instance of a class.</summary>
    /// <exception cref="InvalidDataException">The object cannot be called, or does not accept these arguments.</exception>
    object? Call(object? global, object?[] arguments);

    /// <summary>Sets the state of an object, as Python's <c>__setstate__</c> does.</summary>
    /// <exception cref="InvalidDataException">The object has no state, or the state does not fit.</exception>
    void SetState(object? instance, object? state);

    /// <summary>The object outside the pickle that a persistent id refers to.</summary>
    /// <exception cref="InvalidDataException">There is no such object.</exception>
    object FindPersistent(object? id);
}
