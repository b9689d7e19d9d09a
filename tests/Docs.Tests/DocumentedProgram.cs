using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DeepSharp.Docs.Tests;

/// <summary>Compiles and runs the C# of a page, as if a reader had copied all its code blocks into one Program.cs.</summary>
/// <remarks>
/// The blocks of a page are one program. A page may show types between statements; they are moved to the end, where the compiler requires
/// them. The program has only the usings that the page shows, and the implicit usings of a new console project.
/// </remarks>
internal static class DocumentedProgram
{
    // The usings that <ImplicitUsings>enable</ImplicitUsings> adds, which `dotnet new console` sets.
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions Language = new(LanguageVersion.CSharp14);

    /// <summary>Runs the program of a page in a folder and returns what it prints.</summary>
    /// <param name="page">The page, relative to the root of the repository.</param>
    /// <param name="folder">The working directory of the program, with the files that it reads.</param>
    /// <param name="replacements">Text of the program to replace, to shorten the run. Each text must occur exactly once.</param>
    public static string Run(string page, string folder, params ReadOnlySpan<(string Shown, string Run)> replacements)
    {
        string code = Code(page);
        foreach (var (shown, run) in replacements)
        {
            Assert.True(code.Split(shown).Length == 2, $"{page}: \"{shown}\" should occur exactly once.");
            code = code.Replace(shown, run, StringComparison.Ordinal);
        }

        var program = Compile(page, code);
        string before = Environment.CurrentDirectory;
        var (console, output) = (Console.Out, new StringWriter());
        try
        {
            Environment.CurrentDirectory = folder;
            Console.SetOut(output);
            program.EntryPoint!.Invoke(null, [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(console);
            Environment.CurrentDirectory = before;
        }

        return output.ToString();
    }

    /// <summary>All pages of the repository that show C#.</summary>
    public static IEnumerable<string> Pages() =>
        from page in (string[])
            ["README.md", "CONTRIBUTING.md", "data/README.md", .. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md")]
        let relative = Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, page)).Replace('\\', '/')
        where Blocks(relative).Any()
        orderby relative
        select relative;

    private static IEnumerable<string> Blocks(string page) =>
        File.ReadAllText(Path.Combine(Repository.Root, page)).ReplaceLineEndings("\n").Split("```")
            .Where(block => block.StartsWith("csharp\n", StringComparison.Ordinal)).Select(block => block["csharp\n".Length..]);

    private static string Code(string page)
    {
        var blocks = Blocks(page).Select(block => (CompilationUnitSyntax)CSharpSyntaxTree.ParseText(block, Language).GetRoot()).ToArray();
        var members = blocks.SelectMany(block => block.Members).OrderBy(member => member is not GlobalStatementSyntax);
        return string.Concat(blocks.SelectMany(block => block.Usings).Concat<SyntaxNode>(members).Select(node => node.ToFullString()));
    }

    private static Assembly Compile(string page, string code)
    {
        // All assemblies of the test process, which include the framework and the libraries that a page uses.
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        var options = new CSharpCompilationOptions(
            OutputKind.ConsoleApplication,
            optimizationLevel: OptimizationLevel.Release,
            nullableContextOptions: NullableContextOptions.Enable);
        var compilation = CSharpCompilation.Create(
            Path.GetFileNameWithoutExtension(page),
            [CSharpSyntaxTree.ParseText(code, Language), CSharpSyntaxTree.ParseText(ImplicitUsings, Language)],
            references, options);
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        var problems = result.Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning);
        Assert.True(
            result.Success && !problems.Any(),
            $"{page} does not compile without warnings:\n{string.Join('\n', problems)}\n\n{code}");
        return Assembly.Load(image.ToArray());
    }
}
