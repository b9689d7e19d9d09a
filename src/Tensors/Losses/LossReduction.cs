namespace DeepSharp.Tensors;

/// <summary>How the losses of a batch are reduced to a scalar.</summary>
public enum LossReduction
{
    /// <summary>The mean of the losses.</summary>
    Mean,

    /// <summary>The sum of the losses.</summary>
    Sum,
}
