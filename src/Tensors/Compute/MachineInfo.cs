using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics.X86;

namespace DeepSharp.Tensors;

/// <summary>What a report says of the machine and of this process.</summary>
public static class MachineInfo
{
    private const double BytesPerMegabyte = 1e6;

    /// <summary>The name of the processor as far as the system tells it, with family and model on x64: names of virtual machines say little.</summary>
    // .NET has no name. Linux on x64 writes "model name"; elsewhere the environment may know.
    public static string Processor =>
        (Line("/proc/cpuinfo", "model name")?.Split(':', 2)[^1].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "unknown") + FamilyAndModel;

    // Intel's Software Developer's Manual, volume 2A, CPUID with EAX = 1: the extended fields count where the short ones are full.
    private static string FamilyAndModel
    {
        get
        {
            if (!X86Base.IsSupported) return "";
            int signature = X86Base.CpuId(1, 0).Eax, family = (signature >> 8) & 0xF, model = (signature >> 4) & 0xF;
            if (family is 6 or 15) model += (signature >> 12) & 0xF0;
            if (family == 15) family += (signature >> 20) & 0xFF;
            return $" (family {family} model {model})";
        }
    }

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
