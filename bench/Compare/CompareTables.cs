using System.Globalization;
using System.Text;

namespace DeepSharp.Bench.Compare;

/// <summary>Formats results as Markdown.</summary>
internal static class CompareTables
{
    /// <summary>All tables, the contents of <c>bench/results/compare.md</c>.</summary>
    public static string All(CompareResults results)
    {
        var text = new StringBuilder("# DeepSharp compared with other engines\n\n");
        text.Append("Written by `dotnet run -c Release --project bench -- compare`. The contenders of a row took turns in one run. ");
        text.Append("Each time is the median of the rounds. Ratios compare speed: above 1, the first is faster.\n\n");
        text.Append(Origin(results));
        foreach (var (group, title) in CompareCases.Groups)
        {
            CaseResult[] rows = [.. results.Cases.Where(row => row.Group == group)];
            if (rows.Length > 0) text.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n").Append(Table(rows)).Append(Remark(rows));
        }

        return text.ToString();
    }

    /// <summary>The tables of the README: the table of networks, and the geometric means of every other table.</summary>
    public static string Readme(CompareResults results)
    {
        var text = new StringBuilder();
        CaseResult[] networks = [.. results.Cases.Where(row => row.Group == "networks")];
        if (networks.Length > 0) text.Append(Table(networks)).Append('\n');
        foreach (var (group, title) in CompareCases.Groups.Skip(1))
        {
            CaseResult[] rows = [.. results.Cases.Where(row => row.Group == group)];
            foreach (var (other, mean) in Means(rows))
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"- {title}, geometric mean of {rows.Length}: {rows[0].Contenders[0].Name} {mean:0.00} × {other}\n");
            }
        }

        return text.Append('\n').Append(Origin(results)).ToString();
    }

    private static string Origin(CompareResults results)
    {
        var dates = results.Cases.Select(row => row.Date).Order().ToList();
        string from = $"{dates[0]:yyyy-MM-dd}", to = $"{dates[^1]:yyyy-MM-dd}";
        string period = from == to ? from : $"{from} to {to}";
        var text = new StringBuilder($"Measured {period} on {results.Machine}, ");
        text.Append(CultureInfo.InvariantCulture, $"with {Threads(results)} threads unless a table says otherwise.");
        foreach (var (name, version) in results.Versions) text.Append(CultureInfo.InvariantCulture, $" {name}: {version}.");
        return text.Append('\n').ToString();
    }

    private static int Threads(CompareResults results) => results.Cases.Max(row => row.Threads);

    // | work | A | B | C | A / B | A / C | of the peak | peak GFLOP/s |
    private static string Table(CaseResult[] rows)
    {
        var first = rows[0].Contenders[0];
        string[] others = [.. rows.SelectMany(row => row.Contenders.Skip(1)).Select(contender => contender.Name).Distinct()];
        bool flops = rows.All(row => row.Unit == WorkUnit.Flops);
        var text = new StringBuilder();
        Line(text,
        [
            "work", first.Name, .. others, .. others.Select(other => $"{first.Name} / {other}"),
            .. flops ? ["of the peak"] : Array.Empty<string>(), "peak GFLOP/s",
        ]);
        Line(text, ["---", .. Enumerable.Repeat("---:", (2 * others.Length) + (flops ? 3 : 2))]);
        foreach (var row in rows)
        {
            var ours = row.Contenders[0];
            ContenderResult?[] theirs = [.. others.Select(other => row.Contenders.FirstOrDefault(contender => contender.Name == other))];
            Line(text,
            [
                row.Name, Cell(row, ours), .. theirs.Select(other => Cell(row, other)), .. theirs.Select(other => Ratio(ours, other)),
                .. flops ? [OfPeak(row, ours)] : Array.Empty<string>(), Text($"{row.PeakGflopsMin:0} – {row.PeakGflopsMax:0}"),
            ]);
        }

        if (rows.Length > 1)
        {
            var means = Means(rows).ToDictionary(mean => mean.Other, mean => mean.Mean);
            string[] cells = [.. others.Select(other => means.TryGetValue(other, out double mean) ? Text($"**{mean:0.00}**") : "")];
            Line(text,
                ["**geometric mean**", "", .. others.Select(_ => ""), .. cells, .. flops ? [MeanOfPeak(rows)] : Array.Empty<string>(), ""]);
        }

        return text.ToString();
    }

    private static string Remark(CaseResult[] rows)
    {
        string[] absences =
        [
            .. rows.SelectMany(row => row.Contenders)
                .Where(contender => contender.Absence is not null)
                .Select(contender => $"{contender.Name} is absent: {contender.Absence}")
                .Distinct(),
        ];
        string[] lines =
            [.. absences, .. Details(rows), .. PassMeans(rows), .. FastestRounds(rows), .. Winograd(rows), .. Memory(rows)];
        return string.Concat(lines.Select(line => $"\n{line}.\n"));
    }

    /// <summary>
    /// The rate of forward convolutions for which Winograd is chosen, on maps of four sizes, as a fraction of the multiply-add peak. The
    /// operations counted are those of the direct algorithm.
    /// </summary>
    private static IEnumerable<string> Winograd(CaseResult[] rows)
    {
        string[] sizes = ["conv1_2 forward", "conv2_2 forward", "conv3_2 forward", "conv4_2 forward"];
        double[] fractions =
        [
            .. rows.Where(row => row.Group == "convolutions" && sizes.Contains(row.Name) && row.Contenders[0].Rate > 0)
                .Select(FractionOfPeak),
        ];
        if (fractions.Length == 0) yield break;
        string mean = Text($"geometric mean {GeometricMean(fractions):0.00} of the peak, lowest {fractions.Min():0.00}");
        yield return $"Winograd forward, {fractions.Length} map sizes: {mean}";
    }

    /// <summary>The peak memory of training steps relative to that of other engines. Each engine must store the activations.</summary>
    private static IEnumerable<string> Memory(CaseResult[] rows) =>
        from row in rows
        where row.Group == "networks" && row.Name.StartsWith("train", StringComparison.Ordinal) && row.Contenders[0].Rate > 0
        from other in row.Contenders.Skip(1)
        where other.Rate > 0
        select Text($"Peak memory, {row.Name}: {row.Contenders[0].PeakMemoryMb / other.PeakMemoryMb:0.00} × {other.Name}");

    /// <summary>The geometric mean over the rows of each convolution pass, if the rows are passes.</summary>
    private static IEnumerable<string> PassMeans(CaseResult[] rows) =>
        from pass in Measuring.NamedWork.Passes.Keys
        let some = rows.Where(row => row.Name.EndsWith($" {pass}", StringComparison.Ordinal)).ToArray()
        where some.Length > 1
        let means = Means(some).Select(mean => Text($"{mean.Mean:0.00} × {mean.Other}"))
        select $"Geometric mean, {pass}: {string.Join(", ", means)}{Separator(means)}{MeanOfPeak(some)} of the peak";

    // On a shared machine, the fastest round is a better measure of a program's speed than the median.
    private static IEnumerable<string> FastestRounds(CaseResult[] rows) =>
        from row in rows
        from other in row.Contenders.Skip(1)
        where other.Rate > 0 && row.Contenders[0].Rate > 0
        group other.RoundMs.Min() / row.Contenders[0].RoundMs.Min() * row.Contenders[0].Work / other.Work by other.Name into ratios
        let mean = Text($"{GeometricMean(ratios):0.00} × {ratios.Key}, lowest {ratios.Min():0.00}")
        select $"Fastest rounds, geometric mean of {ratios.Count()}: {mean}";

    private static string Separator(IEnumerable<string> means) => means.Any() ? "; " : "";

    private static IEnumerable<(string Other, double Mean)> Means(CaseResult[] rows) =>
        from row in rows
        from other in row.Contenders.Skip(1)
        where other.Rate > 0 && row.Contenders[0].Rate > 0
        group row.Contenders[0].Rate / other.Rate by other.Name into ratios
        select (ratios.Key, GeometricMean(ratios));

    private static string MeanOfPeak(CaseResult[] rows)
    {
        var measured = rows.Where(row => row.Unit == WorkUnit.Flops && row.Contenders[0].Rate > 0);
        return Text($"{100 * GeometricMean(measured.Select(FractionOfPeak)):0} %");
    }

    private static double GeometricMean(IEnumerable<double> values) =>
        Math.Exp(values.Select(value => Math.Log(value)).DefaultIfEmpty(double.NaN).Average());

    private static double FractionOfPeak(CaseResult row) => row.Contenders[0].Rate / 1e9 / row.PeakGflopsMax;

    private static string OfPeak(CaseResult row, ContenderResult ours) =>
        row.Unit == WorkUnit.Flops && ours.Rate > 0 ? Text($"{100 * FractionOfPeak(row):0} %") : "";

    private static string Ratio(ContenderResult ours, ContenderResult? other) =>
        other?.Rate > 0 && ours.Rate > 0 ? Text($"**{ours.Rate / other.Rate:0.00}**") : "";

    /// <summary>The method of each contender, with its cases: layout, folding, algorithm or kernel.</summary>
    private static IEnumerable<string> Details(CaseResult[] rows) =>
        from row in rows
        from contender in row.Contenders
        where contender.Detail.Length > 0
        group row.Name by (contender.Name, contender.Detail) into alike
        group $"{alike.Key.Detail} ({string.Join(", ", alike)})" by alike.Key.Name into methods
        select $"Method, {methods.Key}: {string.Join("; ", methods)}";

    private static string Cell(CaseResult row, ContenderResult? contender) => contender switch
    {
        null => "",
        { Absence: not null } => "absent",
        _ => row.Unit switch
        {
            WorkUnit.Images => Text($"{contender.MedianMs:0.0} ms, {contender.Rate:0.0} img/s, {contender.PeakMemoryMb:0} MB"),
            WorkUnit.Flops => Text($"{contender.MedianMs:0.000} ms, {contender.Rate / 1e9:0} GFLOP/s"),
            _ => Text($"{contender.MedianMs:0.0} ms, {contender.Rate / 1e9:0.0} GB/s"),
        },
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void Line(StringBuilder text, string[] cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
