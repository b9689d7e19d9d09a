namespace DeepSharp.Vgg;

/// <summary>The classifier on top of the convolutions: adaptive average pooling, then linear layers with rectifier and dropout between them.</summary>
public sealed record VggHead
{
    /// <summary>The paper's and torchvision's for ImageNet: 7×7 maps, 4096-4096-classes, dropout 0.5 after each rectifier.</summary>
    public static VggHead ImageNet { get; } = new() { PoolSize = 7, Hidden = [4096, 4096] };

    /// <summary>One linear layer on maps averaged to 1×1, which is what five poolings leave of 32×32 pixels anyway.</summary>
    public static VggHead Compact { get; } = new();

    /// <summary>Height and width of the maps that the first linear layer reads.</summary>
    public int PoolSize { get; init; } = 1;

    /// <summary>The widths of the linear layers before the last one.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [];

    /// <summary>The share of elements dropped after each hidden layer; 0 leaves the dropout layers out.</summary>
    public double Dropout { get; init; } = 0.5;

    /// <summary>The head of a name: <c>imagenet</c> or <c>compact</c>.</summary>
    /// <exception cref="ArgumentException">There is no such head.</exception>
    public static VggHead Named(string name) => name switch
    {
        "imagenet" => ImageNet,
        "compact" => Compact,
        _ => throw new ArgumentException($"There is no head \"{name}\"; expected imagenet or compact."),
    };

    /// <summary>Whether both describe the same layers.</summary>
    public bool Equals(VggHead? other) =>
        other is not null && PoolSize == other.PoolSize && Dropout.Equals(other.Dropout) && Hidden.SequenceEqual(other.Hidden);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(PoolSize, Dropout, Hidden.Count);
}
