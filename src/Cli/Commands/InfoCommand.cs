using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using DeepSharp.Cli.Output;
using DeepSharp.Tensors;
using Spectre.Console;

namespace DeepSharp.Cli.Commands;

/// <summary><c>deepsharp info</c>.</summary>
internal static class InfoCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Prints the result as one line of JSON." };
        var command = new Command("info", "Shows the processor, vector width, threads and convolution algorithms.") { json };
        command.SetAction(parsed =>
        {
            var report = Collect();
            if (parsed.GetValue(json)) Reports.Print(report, Reports.Default.InfoReport);
            else Show(report, Screen.Open(json: false));
        });
        return command;
    }

    private static InfoReport Collect()
    {
        var options = ComputeOptions.FromEnvironment();
        return new InfoReport(
            typeof(InfoCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
                ?? "unknown",
            MachineInfo.Processor,
            RuntimeInformation.ProcessArchitecture.ToString(),
            RuntimeInformation.OSDescription,
            RuntimeInformation.FrameworkDescription,
            Environment.ProcessorCount,
            options.Workers,
            (int)options.VectorWidth,
            [.. ConvolutionAlgorithms.All.Select(algorithm => new AlgorithmReport(algorithm.Name, algorithm.Description))]);
    }

    private static void Show(InfoReport report, IAnsiConsole screen)
    {
        (string Name, string Value)[] lines =
        [
            ("DeepSharp", report.Version),
            ("Processor", $"{report.Processor} ({report.Architecture}, {report.LogicalProcessors} logical processors)"),
            ("Vectors", report.VectorWidth == 0 ? "none (scalar code)" : $"{report.VectorWidth} bits"),
            ("Threads", $"{report.Workers}"),
            ("Runtime", $"{report.Runtime} on {report.OperatingSystem}"),
        ];
        foreach (var (name, value) in lines) screen.Line($"{name,-10} {value}");
        var table = new Table().RoundedBorder().AddColumns("--conv-algorithm", "Description");
        foreach (var (name, description) in report.Algorithms) table.AddRow(Markup.Escape(name), Markup.Escape(description));
        screen.Write(table);
    }
}
