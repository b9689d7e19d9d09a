namespace DeepSharp.Nn;

/// <summary>The extent of the image that one output element sees along one axis. Where the two axes differ, the larger extent.</summary>
/// <param name="Size">Pixels seen.</param>
/// <param name="Jump">Pixels between the fields of neighboring elements.</param>
/// <param name="Map">Positions that were flattened into one row, all of which a linear layer sees.</param>
public readonly record struct ReceptiveField(int Size, int Jump, int Map)
{
    /// <summary>The receptive field of an image pixel.</summary>
    public static ReceptiveField Pixel => new(1, 1, 1);

    /// <summary>The receptive field after a sliding window: r + (window − 1) · jump.</summary>
    public ReceptiveField Window(int window, int stride = 1) => this with { Size = Size + ((window - 1) * Jump), Jump = Jump * stride };
}
