using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics.X86;

namespace DeepSharp.Tensors;

/// <summary>Facts about the machine and this process, for reports.</summary>
public static class MachineInfo
{
    private const double BytesPerMegabyte = 1e6;

    /// <summary>
    /// The name of the processor as the operating system reports it, or "unknown". On x86 and x64, the family and model are appended,
    /// because virtual machines report generic names.
    /// </summary>
    // .NET does not expose the name. Linux on x64 reports it as "model name", and Windows sets the environment variable.
    public static string Processor =>
        (Line("/proc/cpuinfo", "model name")?.Split(':', 2)[^1].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? "unknown") + FamilyAndModel;

    // Intel's Software Developer's Manual, volume 2A, CPUID with EAX = 1: the extended model applies to families 6 and 15, the extended
    // family to family 15.
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

    /// <summary>The peak resident set size (on Windows, the peak working set) of this process, in millions of bytes.</summary>
    public static double PeakMemoryMegabytes
    {
        get
        {
            // .NET leaves PeakWorkingSet64 at 0 on some systems. Linux reports the peak in kibibytes.
            const string Field = "VmHWM:";
            if (Line("/proc/self/status", Field) is { } line)
            {
                string kibibytes = line[Field.Length..].Replace("kB", "", StringComparison.Ordinal);
                return long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024 / BytesPerMegabyte;
            }

            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64 / BytesPerMegabyte;
        }
    }

    private static string? Line(string file, string beginning) =>
        File.Exists(file) ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(beginning, StringComparison.Ordinal)) : null;
}
