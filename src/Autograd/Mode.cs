namespace DeepSharp.Autograd;

/// <summary>The mode of layers that behave differently in training and in evaluation: dropout and batch normalization.</summary>
public enum Mode
{
    /// <summary>Dropout is active. Batch normalization uses the batch statistics and updates the running ones, unless frozen.</summary>
    Training,

    /// <summary>Dropout does nothing. Batch normalization uses the running statistics.</summary>
    Evaluation,
}
