namespace DeepSharp.Tensors;

/// <summary>An operation received incompatible shapes. The message names the operation, the shapes, and the expected shapes.</summary>
public sealed class ShapeException : ArgumentException
{
    /// <summary>Creates the error.</summary>
    public ShapeException() : base("The shapes do not fit.") { }

    /// <summary>Creates the error with its message.</summary>
    public ShapeException(string message) : base(message) { }

    /// <summary>Creates the error with its message and cause.</summary>
    public ShapeException(string message, Exception innerException) : base(message, innerException) { }
}
