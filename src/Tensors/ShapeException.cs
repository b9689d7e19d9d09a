namespace DeepSharp.Tensors;

/// <summary>An operation received shapes that do not fit. The message names the operation and the shapes.</summary>
public sealed class ShapeException : ArgumentException
{
    /// <summary>Creates an exception with a default message.</summary>
    public ShapeException() : base("The shapes do not fit.") { }

    /// <summary>Creates an exception with a message.</summary>
    public ShapeException(string message) : base(message) { }

    /// <summary>Creates an exception with a message and a cause.</summary>
    public ShapeException(string message, Exception innerException) : base(message, innerException) { }
}
