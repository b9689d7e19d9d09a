namespace DeepSharp.Autograd;

/// <summary>The behavior of the layers that differ between training and evaluation: dropout and batch normalization.</summary>
public enum Mode
{
    /// <summary>Dropout is active. Batch normalization uses the batch statistics and updates the running ones, unless frozen.</summary>
    Training,

    /// <summary>Dropout does nothing. Batch normalization uses the running statistics.</summary>
    Evaluation,
}
