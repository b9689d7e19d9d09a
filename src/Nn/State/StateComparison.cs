namespace DeepSharp.Nn;

/// <summary>
/// The differences between the state of a model and a state to be loaded into it, usually that of a file: names, shapes and kinds
/// (floating-point tensor or integer).
/// </summary>
/// <param name="Matching">The names in both states, with the same shape and kind.</param>
/// <param name="Missing">The names in the model that are not in the file.</param>
/// <param name="Unexpected">The names in the file that are not in the model.</param>
/// <param name="WrongShape">
/// The names in both, but with different shapes or kinds. These follow each name: <c>classifier.6.bias (expected [10], found [1000])</c>.
/// </param>
public sealed record StateComparison(
    IReadOnlyList<string> Matching, IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected, IReadOnlyList<string> WrongShape)
{
    private const int NamesShown = 5;

    /// <summary>Whether nothing differs.</summary>
    public bool IsMatch => Missing.Count + Unexpected.Count + WrongShape.Count == 0;

    /// <summary>The differences in one line, with at most five names from each list; empty if there are none.</summary>
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
