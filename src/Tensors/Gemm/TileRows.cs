namespace DeepSharp.Tensors;

/// <summary>The six rows of a that a tile of the micro-kernel reads, and how its sums go through them.</summary>
/// <param name="Row1">Elements from the beginning of the first row to that of the second.</param>
/// <param name="Row2">… of the third.</param>
/// <param name="Row3">… of the fourth.</param>
/// <param name="Row4">… of the fifth.</param>
/// <param name="Row5">… of the sixth.</param>
/// <param name="Step">Elements from one element of a row to the next.</param>
/// <param name="Length">The elements of a run.</param>
/// <param name="Runs">How many runs make a row.</param>
/// <param name="RunStep">Elements from one run to the next.</param>
/// <remarks>
/// Rows of a matrix are evenly apart and one run each. The windows of a convolution lie where their pixels do, and are kH runs of kW·C elements in padded
/// rows of the image, see <see cref="PaddedRows"/>: so tiles are full whatever the width of the image, and stay in the registers for the whole of a sum.
/// </remarks>
internal readonly record struct TileRows(nint Row1, nint Row2, nint Row3, nint Row4, nint Row5, nint Step, nint Length, nint Runs, nint RunStep)
{
    /// <summary>Rows of a matrix, <paramref name="rowStep"/> apart.</summary>
    public static TileRows Evenly(nint rowStep, nint step, nint length) => new(rowStep, 2 * rowStep, 3 * rowStep, 4 * rowStep, 5 * rowStep, step, length, 1, 0);

    /// <summary>Rows that begin at six places; the first of these is where a begins.</summary>
    public static TileRows At(ReadOnlySpan<int> places, nint step, nint length, nint runs, nint runStep) => new(
        places[1] - places[0], places[2] - places[0], places[3] - places[0], places[4] - places[0], places[5] - places[0], step, length, runs, runStep);
}
