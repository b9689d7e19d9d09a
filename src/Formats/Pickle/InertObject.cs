namespace DeepSharp.Formats;

/// <summary>Stands for a Python object that is not supported. It can be created, called and filled, all without any effect.</summary>
/// <param name="Name">Module and name of its class or function.</param>
internal sealed record InertObject(string Name);
