using System.Globalization;

namespace DeepSharp.Vgg;

/// <summary>
/// The classifier after the convolutions: adaptive average pooling, then linear layers with ReLU and dropout between them.
/// </summary>
public sealed record VggHead
{
    private const int MaxWidth = 1 << 20;

    private static readonly (string Name, VggHead Head)[] NamedHeads =
    [
        ("imagenet", new() { PoolSize = 7, Hidden = [4096, 4096] }),
        ("cifar", new() { Hidden = [4096, 4096], DropoutFirst = true }),
        ("small", new() { Hidden = [512, 512], DropoutFirst = true }),
        ("compact", new()),
    ];

    /// <summary>The head of the paper and of torchvision for ImageNet: 7×7 maps, 4096-4096-classes, dropout after each ReLU.</summary>
    public static VggHead ImageNet { get; } = Named("imagenet");

    /// <summary>For CIFAR's images of 32×32 pixels: maps averaged to 1×1, 4096-4096-classes, dropout before each hidden layer.</summary>
    public static VggHead Cifar { get; } = Named("cifar");

    /// <summary>Three small layers for CIFAR: maps averaged to 1×1, 512-512-classes, dropout before each hidden layer.</summary>
    public static VggHead Small { get; } = Named("small");

    /// <summary>One linear layer on maps averaged to 1×1. Five poolings reduce 32×32 pixels to this size without averaging.</summary>
    public static VggHead Compact { get; } = Named("compact");

    /// <summary>The names of the predefined heads.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. NamedHeads.Select(named => named.Name)];

    /// <summary>Height and width of the maps that the first linear layer reads.</summary>
    public int PoolSize { get; init; } = 1;

    /// <summary>The output widths of all linear layers except the last one.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [];

    /// <summary>
    /// The probability that a dropout layer drops an element, at least 0 and less than 1. There is one dropout layer per hidden layer, or
    /// none if the probability is 0.
    /// </summary>
    public double Dropout { get; init; } = 0.5;

    /// <summary>Whether dropout precedes each hidden layer, as in CIFAR variants of VGG, or follows its ReLU, as in torchvision.</summary>
    public bool DropoutFirst { get; init; }

    /// <summary>The head with a given name: <c>imagenet</c>, <c>cifar</c>, <c>small</c> or <c>compact</c>.</summary>
    /// <exception cref="ArgumentException">There is no such head.</exception>
    public static VggHead Named(string name) => Find(name) ?? throw new ArgumentException(
        $"There is no head \"{name}\"; expected {string.Join(", ", Names.SkipLast(1))} or {Names[^1]}.", nameof(name));

    /// <summary>The head with a given name, or with given widths of the hidden layers on maps averaged to 1×1: <c>4096,4096</c>.</summary>
    /// <exception cref="ArgumentException">The text is neither, or a width is not 1 to 2²⁰.</exception>
    public static VggHead Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Find(text) is { } head) return head;
        List<int> hidden = [];
        foreach (string width in text.Split(','))
        {
            if (!int.TryParse(width.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                || number is < 1 or > MaxWidth)
            {
                throw new ArgumentException(
                    $"There is no head \"{text}\"; expected {string.Join(", ", Names)}, "
                    + "or the widths of the hidden layers as in 4096,4096.",
                    nameof(text));
            }

            hidden.Add(number);
        }

        return new VggHead { Hidden = hidden };
    }

    /// <summary>Whether both describe the same layers.</summary>
    public bool Equals(VggHead? other) =>
        other is not null
        && (PoolSize, Dropout, DropoutFirst) == (other.PoolSize, other.Dropout, other.DropoutFirst)
        && Hidden.SequenceEqual(other.Hidden);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(PoolSize, Dropout, DropoutFirst, Hidden.Count);

    private static VggHead? Find(string name) => Array.Find(NamedHeads, named => named.Name == name).Head;
}
