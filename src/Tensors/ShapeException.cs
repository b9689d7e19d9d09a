namespace DeepSharp.Tensors;

/// <summary>An operation received incompatible shapes. The message names the operation, the shapes, and the expected shapes.</summary>
public sealed class ShapeException : ArgumentException
{
    /// <summary>Creates an exception with a default message.</summary>
    public ShapeException() : base("The shapes do not fit.") { }

    /// <summary>Creates an exception with a message.</summary>
    public ShapeException(string message) : base(message) { }

    /// <summary>Creates an exception with a message and a cause.</summary>
    public ShapeException(string message, Exception innerException) : base(message, innerException) { }
}
