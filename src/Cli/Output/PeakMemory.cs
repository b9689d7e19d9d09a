using System.Diagnostics;
using System.Globalization;

namespace DeepSharp.Cli.Output;

/// <summary>The most memory that this process has held at once.</summary>
internal static class PeakMemory
{
    private const double BytesPerMegabyte = 1e6;

    /// <summary>The peak of the resident set in millions of bytes.</summary>
    public static double Megabytes
    {
        get
        {
            // .NET leaves PeakWorkingSet64 at 0 on some systems; Linux has it in kibibytes.
            const string Status = "/proc/self/status", Field = "VmHWM:";
            string? line = File.Exists(Status) ? File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal)) : null;
            if (line is not null) return long.Parse(line[Field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024 / BytesPerMegabyte;
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64 / BytesPerMegabyte;
        }
    }
}
