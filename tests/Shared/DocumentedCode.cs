namespace DeepSharp.Testing;

/// <summary>Compares the code that documentation shows with the code of the test that runs it.</summary>
internal static class DocumentedCode
{
    /// <summary>Asserts that each C# block of a page is in a source file, word for word but for indentation.</summary>
    /// <param name="page">A page of docs.</param>
    /// <param name="sourceFile">A file of this project.</param>
    /// <param name="blocks">How many blocks the page has.</param>
    /// <param name="maxLines">How many lines a block may have.</param>
    public static void AssertShown(string page, string sourceFile, int blocks, int maxLines)
    {
        string source = WithoutIndentation(Read(sourceFile));
        string[] shown = [.. Read(page).ReplaceLineEndings("\n").Split("```")
            .Where(part => part.StartsWith("csharp\n", StringComparison.Ordinal)).Select(part => part["csharp\n".Length..].TrimEnd())];
        Assert.Equal(blocks, shown.Length);
        foreach (string block in shown)
        {
            Assert.Contains(WithoutIndentation(block), source, StringComparison.Ordinal);
            Assert.InRange(block.Split('\n').Length, 1, maxLines);
        }
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file));

    private static string WithoutIndentation(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()));
}
