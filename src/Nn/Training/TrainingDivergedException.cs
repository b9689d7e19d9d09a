namespace DeepSharp.Nn;

/// <summary>The loss or a weight became infinite or not a number during training. The message states where.</summary>
public sealed class TrainingDivergedException : ArithmeticException
{
    /// <summary>Creates the error.</summary>
    public TrainingDivergedException() : base("The training diverged.") { }

    /// <summary>Creates the error with its message.</summary>
    public TrainingDivergedException(string message) : base(message) { }

    /// <summary>Creates the error with its message and cause.</summary>
    public TrainingDivergedException(string message, Exception innerException) : base(message, innerException) { }
}
