namespace DeepSharp.Autograd;

/// <summary>How layers behave that differ between training and use: dropout and batch normalization.</summary>
public enum Mode
{
    /// <summary>Dropout drops; batch normalization uses the batch's statistics and updates the running ones.</summary>
    Training,

    /// <summary>Dropout does nothing; batch normalization uses the running statistics.</summary>
    Evaluation,
}
