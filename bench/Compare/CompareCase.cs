namespace DeepSharp.Bench.Compare;

/// <summary>A competitor in a case: an engine with its arguments and number of threads.</summary>
/// <param name="Name">The name of the contender in the table.</param>
/// <param name="Engine">The engine that does the work.</param>
/// <param name="Arguments">The arguments of the engine, which name the work.</param>
/// <param name="Threads">The number of threads.</param>
/// <param name="Work">
/// The amount of work of a run: images, floating-point operations of the textbook algorithm, or bytes that must be read and written.
/// </param>
internal sealed record Contender(string Name, Engine Engine, IReadOnlyList<string> Arguments, int Threads, double Work)
{
    /// <summary>Whether the engine has several variants (memory layouts), the fastest of which is found before the first round.</summary>
    public bool HasVariants { get; init; }
}

/// <summary>Work that several contenders do in turn.</summary>
/// <param name="Group">The table that the case belongs to.</param>
/// <param name="Name">The name of the work.</param>
/// <param name="Unit">The unit of <see cref="Contender.Work"/>.</param>
/// <param name="Seconds">The duration of a round, in seconds.</param>
/// <param name="Contenders">The contenders. The first one is compared with each of the others.</param>
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
