using DeepSharp.Nn;

namespace DeepSharp.Vgg;

/// <summary>Finds the classifier in a state dictionary: the linear layers, each of which reads the output of the one before it.</summary>
internal sealed class HeadReader
{
    private readonly List<StateLayer> linears = [];

    /// <summary>Orders the linear layers.</summary>
    /// <param name="layers">All layers of the file.</param>
    /// <param name="channels">The number of channels of the maps that the first linear layer reads.</param>
    /// <exception cref="InvalidDataException">
    /// There is no linear layer, the layers do not form a chain, or the first one does not read square maps.
    /// </exception>
    public HeadReader(IEnumerable<StateLayer> layers, int channels)
    {
        // If the widths allow several orders, the numbers in the names decide. A layer without a number comes last.
        var left = LayerOrder.Of([.. layers.Where(layer => layer.Weight.Count == 2)])
            .OrderBy(layer => layer.Parts.Any(part => part.All(char.IsAsciiDigit)) ? 0 : 1).ToList();
        if (left.Count == 0) throw new InvalidDataException("there is no linear layer (a weight [O, I]).");
        var first = left.Find(layer => Side(layer.Weight[1], channels) > 0) ?? throw new InvalidDataException(
            $"expected a linear layer that reads {channels} channels of a square map, found "
            + $"{string.Join(", ", left.Select(layer => $"{layer.Path} for {layer.Weight[1]} elements"))}.");
        PoolSize = Side(first.Weight[1], channels);
        for (var next = first; next is not null; next = left.Find(layer => layer.Weight[1] == linears[^1].Weight[0]))
        {
            linears.Add(next);
            left.Remove(next);
        }

        if (left.Count > 0)
        {
            throw new InvalidDataException(
                $"the linear layer {left[0].Path} reads {left[0].Weight[1]} elements, but no layer before it outputs as many.");
        }
    }

    /// <summary>The linear layers in order.</summary>
    public IReadOnlyList<StateLayer> Linears => linears;

    /// <summary>Height and width of the maps that the first linear layer reads.</summary>
    public int PoolSize { get; }

    /// <summary>The output width of the last linear layer.</summary>
    public int Classes => linears[^1].Length(0);

    /// <summary>
    /// The head. The layer numbers show where dropout layers are; if they do not, dropout follows each ReLU. Files do not store the dropout
    /// rate, so it is the default.
    /// </summary>
    public VggHead Head()
    {
        VggHead head = new() { PoolSize = PoolSize, Hidden = [.. linears.SkipLast(1).Select(layer => layer.Length(0))] };
        VggHead[] candidates = [head, head with { DropoutFirst = true }, head with { Dropout = 0 }];
        return Array.Find(candidates, HasNumbers) ?? head;
    }

    private bool HasNumbers(VggHead head)
    {
        using var model = VggModel.Create<float>(VggConfig.Parse("1"), new VggOptions { Head = head });
        var numbers = model.Classifier.Index().Where(layer => layer.Item is Linear<float>).Select(layer => $"{layer.Index}");
        return numbers.SequenceEqual(linears.Select(layer => layer.Parts[^1]));
    }

    // The height and width of square maps with this number of elements in all channels together; 0 if the maps are not square.
    private static int Side(long elements, int channels)
    {
        int side = (int)Math.Round(Math.Sqrt((double)elements / channels));
        return (long)channels * side * side == elements ? side : 0;
    }
}
