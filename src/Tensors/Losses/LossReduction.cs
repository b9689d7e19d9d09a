namespace DeepSharp.Tensors;

/// <summary>How the losses of a batch are reduced to one number.</summary>
public enum LossReduction
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,
}
