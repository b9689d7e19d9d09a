namespace DeepSharp.Bench.Compare;

/// <summary>One way to compute a case.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="Engine">The engine that computes.</param>
/// <param name="Arguments">The arguments of the engine, which name the work.</param>
/// <param name="Threads">The number of threads.</param>
/// <param name="Work">The amount of work: images, floating-point operations of the textbook algorithm, or bytes that must be moved.</param>
internal sealed record Contender(string Name, Engine Engine, IReadOnlyList<string> Arguments, int Threads, double Work)
{
    /// <summary>Whether the engine has several variants, of which the fastest must be found first.</summary>
    public bool HasVariants { get; init; }
}

/// <summary>Work that several contenders do in turns.</summary>
/// <param name="Group">The table that the case belongs to.</param>
/// <param name="Name">The name of the work.</param>
/// <param name="Unit">The unit of <see cref="Contender.Work"/>.</param>
/// <param name="Seconds">The length of a round, in seconds.</param>
/// <param name="Contenders">The contenders. The first is compared with each of the others.</param>
internal sealed record CompareCase(string Group, string Name, WorkUnit Unit, double Seconds, IReadOnlyList<Contender> Contenders);

/// <summary>The unit in which work is counted.</summary>
internal enum WorkUnit
{
    /// <summary>Images.</summary>
    Images,

    /// <summary>Floating-point operations.</summary>
    Flops,

    /// <summary>Bytes.</summary>
    Bytes,
}
