namespace DeepSharp.Tensors;

/// <summary>The outputs <see cref="First"/> to <see cref="End"/> − 1 whose windows contain one input, while that input moves upwards from 0.</summary>
/// <remarks>The bounds only ever grow, so walking along a row needs no division: starts and ends of windows are in ascending order.</remarks>
internal struct PoolCover(WindowAxis axis)
{
    /// <summary>The first output whose window contains the input.</summary>
    public int First { get; private set; }

    /// <summary>One past the last output whose window contains the input.</summary>
    public int End { get; private set; }

    /// <summary>Moves to an input, not before the present one.</summary>
    public void MoveTo(int input)
    {
        while (End < axis.Outputs && axis.Start(End) <= input) End++;
        while (First < End && axis.End(First) <= input) First++;
    }
}
