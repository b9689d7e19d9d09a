namespace DeepSharp.Nn;

/// <summary>The differences in names and shapes between a file and a model.</summary>
/// <param name="Matching">The names in both, with the same shape.</param>
/// <param name="Missing">The names in the model that are not in the file.</param>
/// <param name="Unexpected">The names in the file that are not in the model.</param>
/// <param name="WrongShape">
/// The names in both, but with different shapes or types, which are shown: <c>classifier.6.bias (expected [10], found [1000])</c>.
/// </param>
public sealed record StateComparison(
    IReadOnlyList<string> Matching, IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected, IReadOnlyList<string> WrongShape)
{
    private const int NamesShown = 5;

    /// <summary>Whether nothing differs.</summary>
    public bool IsMatch => Missing.Count + Unexpected.Count + WrongShape.Count == 0;

    /// <summary>The differences in one line; empty if there are none.</summary>
    public override string ToString() => string.Join("; ", Parts().Where(part => part.Length > 0));

    private IEnumerable<string> Parts()
    {
        yield return Part("missing", Missing);
        yield return Part("unexpected", Unexpected);
        yield return Part("with another shape", WrongShape);
    }

    private static string Part(string what, IReadOnlyList<string> names) => names.Count switch
    {
        0 => "",
        <= NamesShown => $"{names.Count} {what}: {string.Join(", ", names)}",
        _ => $"{names.Count} {what}: {string.Join(", ", names.Take(NamesShown))} and {names.Count - NamesShown} more",
    };
}
