namespace DeepSharp.Vgg;

/// <summary>An optimizer as a learning rate schedule sees it.</summary>
public interface IOptimizer
{
    /// <summary>The groups of parameters with their rates.</summary>
    IReadOnlyList<ParameterGroup> Groups { get; }
}
