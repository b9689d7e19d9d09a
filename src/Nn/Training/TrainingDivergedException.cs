namespace DeepSharp.Nn;

/// <summary>The loss of a training became infinite or not a number; the message says at which epoch and step.</summary>
public sealed class TrainingDivergedException : ArithmeticException
{
    /// <summary>Creates the error.</summary>
    public TrainingDivergedException() : base("The training diverged.") { }

    /// <summary>Creates the error with its message.</summary>
    public TrainingDivergedException(string message) : base(message) { }

    /// <summary>Creates the error with its message and cause.</summary>
    public TrainingDivergedException(string message, Exception innerException) : base(message, innerException) { }
}
