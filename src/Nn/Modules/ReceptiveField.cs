namespace DeepSharp.Nn;

/// <summary>How much of the image one output element sees, along one axis; the larger of both where they differ.</summary>
/// <param name="Size">Pixels seen.</param>
/// <param name="Jump">Pixels between the fields of neighboring elements.</param>
/// <param name="Map">Positions that flattening has put into one row, which a linear layer then sees all at once.</param>
public readonly record struct ReceptiveField(int Size, int Jump, int Map)
{
    /// <summary>That of a pixel of the image itself.</summary>
    public static ReceptiveField Pixel => new(1, 1, 1);

    /// <summary>After a window slides over it: r + (window − 1) · jump.</summary>
    public ReceptiveField Window(int window, int stride = 1) => this with { Size = Size + ((window - 1) * Jump), Jump = Jump * stride };
}
