using System.Diagnostics;
using System.Globalization;

namespace DeepSharp.Tensors;

/// <summary>What a report says of the machine and of this process.</summary>
public static class MachineInfo
{
    private const double BytesPerMegabyte = 1e6;

    /// <summary>The name of the processor, as far as the system tells it.</summary>
    // .NET has none. Linux on x64 writes "model name"; elsewhere the environment may know.
    public static string Processor => Line("/proc/cpuinfo", "model name")?.Split(':', 2)[^1].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "unknown";

    /// <summary>The most memory that this process has held at once (the peak of its resident set), in millions of bytes.</summary>
    public static double PeakMemoryMegabytes
    {
        get
        {
            // .NET leaves PeakWorkingSet64 at 0 on some systems; Linux has it in kibibytes.
            const string Field = "VmHWM:";
            if (Line("/proc/self/status", Field) is { } line)
                return long.Parse(line[Field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024 / BytesPerMegabyte;
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64 / BytesPerMegabyte;
        }
    }

    private static string? Line(string file, string beginning) =>
        File.Exists(file) ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(beginning, StringComparison.Ordinal)) : null;
}
