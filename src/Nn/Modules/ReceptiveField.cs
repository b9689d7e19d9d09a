namespace DeepSharp.Nn;

/// <summary>The part of the image that one element depends on, along an axis. If the axes differ, the larger values are used.</summary>
/// <param name="Size">The extent of this part in pixels. Padding counts, so it may be larger than the image.</param>
/// <param name="Jump">The distance in pixels between the receptive fields of neighboring elements.</param>
/// <param name="Map">
/// The number of positions along the axis that were flattened into a row, all of which a linear layer depends on; 1 if none were flattened.
/// </param>
public readonly record struct ReceptiveField(int Size, int Jump, int Map)
{
    /// <summary>The receptive field of an image pixel.</summary>
    public static ReceptiveField Pixel => new(1, 1, 1);

    /// <summary>The receptive field after a sliding window: size + (window − 1) · jump, with jump · stride as the new jump.</summary>
    public ReceptiveField Window(int window, int stride = 1) => this with { Size = Size + ((window - 1) * Jump), Jump = Jump * stride };
}
