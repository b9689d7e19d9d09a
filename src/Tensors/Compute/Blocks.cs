namespace DeepSharp.Tensors;

/// <summary>Cuts work into blocks that depend on its size alone, never on the number of workers.</summary>
internal static class Blocks
{
    /// <summary>Elements of a block of elementwise work: 32 Ki floats are 128 KiB, well over the cost of handing a block out.</summary>
    public const int Elements = 1 << 15;

    /// <summary>How many rows of <paramref name="rowElements"/> make a block.</summary>
    public static int Rows(int rowElements) => Math.Max(1, Elements / rowElements);

    /// <summary>Runs <paramref name="body"/>(from, count) over <paramref name="length"/> elements in blocks of <paramref name="blockLength"/>.</summary>
    public static void Run(ComputeContext context, int length, Action<int, int> body, int blockLength = Elements) =>
        context.Workers.Run(length, blockLength, body);
}
