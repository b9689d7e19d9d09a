namespace DeepSharp.Nn;

/// <summary>The extent of the image that one output element depends on along an axis. If the axes differ, it is the larger one.</summary>
/// <param name="Size">The extent in pixels.</param>
/// <param name="Jump">The distance in pixels between the receptive fields of neighboring elements.</param>
/// <param name="Map">The number of positions along the axis that were flattened into a row. A linear layer depends on all of them.</param>
public readonly record struct ReceptiveField(int Size, int Jump, int Map)
{
    /// <summary>The receptive field of an image pixel.</summary>
    public static ReceptiveField Pixel => new(1, 1, 1);

    /// <summary>The receptive field after a sliding window: size + (window − 1) · jump, with jump · stride as the new jump.</summary>
    public ReceptiveField Window(int window, int stride = 1) => this with { Size = Size + ((window - 1) * Jump), Jump = Jump * stride };
}
