namespace DeepSharp.Tensors;

/// <summary>
/// The outputs <see cref="First"/> to <see cref="End"/> − 1 whose windows contain one input, for inputs visited in ascending order.
/// </summary>
/// <remarks>Window starts and ends are in ascending order, so both bounds only grow.</remarks>
internal struct PoolCover(WindowAxis axis)
{
    /// <summary>The first output whose window contains the input.</summary>
    public int First { get; private set; }

    /// <summary>One past the last output whose window contains the input.</summary>
    public int End { get; private set; }

    /// <summary>Moves to an input, which must not be before the current one.</summary>
    public void MoveTo(int input)
    {
        while (End < axis.Outputs && axis.Start(End) <= input) End++;
        while (First < End && axis.End(First) <= input) First++;
    }
}
