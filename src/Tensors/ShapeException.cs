namespace DeepSharp.Tensors;

/// <summary>An operation was given shapes that do not fit; the message names the operation, the shapes, and what was expected.</summary>
public sealed class ShapeException : ArgumentException
{
    /// <summary>Creates the error.</summary>
    public ShapeException() : base("The shapes do not fit.") { }

    /// <summary>Creates the error with its message.</summary>
    public ShapeException(string message) : base(message) { }

    /// <summary>Creates the error with its message and cause.</summary>
    public ShapeException(string message, Exception innerException) : base(message, innerException) { }
}
