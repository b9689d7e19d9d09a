using System.CommandLine;
using System.Runtime.InteropServices;
using DeepSharp.Bench.Measuring;

namespace DeepSharp.Bench.Commands;

/// <summary>
/// <c>bench openblas</c>: the float matrix product of OpenBLAS as a worker process of <c>bench compare</c>; see <see cref="Serving"/>.
/// </summary>
/// <remarks>Uses the system's OpenBLAS (Debian: libopenblas0-pthread), and reports the name of the kernel that OpenBLAS chooses.</remarks>
internal static partial class OpenBlasCommand
{
    private const string Library = "openblas";
    private const int RowMajor = 101, NoTranspose = 111;

    public static Command Create()
    {
        var m = Common.Number("--m", 0, "Rows of C; if 0, the version and the kernel are printed.");
        Option<int> n = Common.Number("--n", 1024, "Columns of C."), k = Common.Number("--k", 1024, "Columns of A and rows of B.");
        var command = new Command("openblas", "Times a round of OpenBLAS for each line of standard input.")
        {
            m, n, k, Common.WarmUp, Common.Threads,
        };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            NativeLibrary.SetDllImportResolver(typeof(OpenBlasCommand).Assembly, (name, _, _) => name == Library ? Load() : 0);
            string version = Text(Config()).Split(' ')[1], kernel = Text(CoreName());
            int rows = parsed.GetValue(m), threads = parsed.GetValue(Common.Threads);
            if (rows == 0) Console.WriteLine($"{version} {kernel}");
            else Serve(rows, parsed.GetValue(n), parsed.GetValue(k), threads, kernel, parsed.GetValue(Common.WarmUp));
        });
        return command;
    }

    private static void Serve(int m, int n, int k, int threads, string kernel, double warmUp)
    {
        SetThreads(threads);
        float[] a = Random(m * k), b = Random(k * n), c = new float[m * n];
        Serving.Run(() => Multiply(RowMajor, NoTranspose, NoTranspose, m, n, k, 1, a, k, b, n, 0, c, n), kernel, warmUp);
    }

    private static float[] Random(int length)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, length).Select(_ => (random.NextSingle() * 2) - 1)];
    }

    private static nint Load()
    {
        foreach (string name in (string[])["libopenblas.so.0", "openblas"])
        {
            if (NativeLibrary.TryLoad(name, out nint library)) return library;
        }

        throw new DllNotFoundException("OpenBLAS is not installed (Debian: libopenblas0-pthread)");
    }

    private static string Text(nint text) => Marshal.PtrToStringAnsi(text) ?? "";

    [LibraryImport(Library, EntryPoint = "openblas_get_config")]
    private static partial nint Config();

    [LibraryImport(Library, EntryPoint = "openblas_get_corename")]
    private static partial nint CoreName();

    [LibraryImport(Library, EntryPoint = "openblas_set_num_threads")]
    private static partial void SetThreads(int count);

    [LibraryImport(Library, EntryPoint = "cblas_sgemm")]
    private static partial void Multiply(
        int order,
        int transposeA,
        int transposeB,
        int m,
        int n,
        int k,
        float alpha,
        float[] a,
        int lda,
        float[] b,
        int ldb,
        float beta,
        float[] c,
        int ldc);
}
