using System.Numerics;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>A measure of the quality of a model, accumulated over batches.</summary>
public abstract class Metric<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The name in results and files, for example <c>accuracy</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The value over all batches added so far.</summary>
    public abstract double Value { get; }

    /// <summary>Adds a batch.</summary>
    /// <param name="logits">The scores, [N, classes].</param>
    /// <param name="labels">The correct class of each of the N images.</param>
    public abstract void Add(Tensor<T> logits, ReadOnlySpan<int> labels);
}

/// <summary>The fraction of images, 0 to 1, whose label is the class with the highest score.</summary>
public sealed class Accuracy<T> : Metric<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "accuracy";

    /// <inheritdoc/>
    public override double Value => (double)Correct / Total;

    /// <summary>The number of images added so far whose label is the class with the highest score.</summary>
    public int Correct { get; private set; }

    /// <summary>The number of images added so far.</summary>
    public int Total { get; private set; }

    /// <inheritdoc/>
    public override void Add(Tensor<T> logits, ReadOnlySpan<int> labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        int[] best = logits.ArgMax(axis: 1);
        for (int n = 0; n < labels.Length; n++) Correct += best[n] == labels[n] ? 1 : 0;
        Total += labels.Length;
    }
}
