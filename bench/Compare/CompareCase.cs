namespace DeepSharp.Bench.Compare;

/// <summary>One way to compute a case.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Engine">Who computes.</param>
/// <param name="Arguments">What.</param>
/// <param name="Threads">With how many threads.</param>
/// <param name="Work">How much it is: images, floating-point operations of the textbook algorithm, or bytes that must be moved.</param>
internal sealed record Contender(string Name, Engine Engine, IReadOnlyList<string> Arguments, int Threads, double Work)
{
    /// <summary>Whether the engine has several ways, of which the fastest is to be found first.</summary>
    public bool HasVariants { get; init; }
}

/// <summary>Work that several contenders do, in turns.</summary>
/// <param name="Group">The table that it belongs to.</param>
/// <param name="Name">What the work is.</param>
/// <param name="Unit">What the contenders' <see cref="Contender.Work"/> counts.</param>
/// <param name="Seconds">How long a round is.</param>
/// <param name="Contenders">Who does it; the first is compared with each of the others.</param>
internal sealed record CompareCase(string Group, string Name, WorkUnit Unit, double Seconds, IReadOnlyList<Contender> Contenders);

/// <summary>What work is counted in.</summary>
internal enum WorkUnit
{
    /// <summary>Images.</summary>
    Images,

    /// <summary>Floating-point operations.</summary>
    Flops,

    /// <summary>Bytes.</summary>
    Bytes,
}
