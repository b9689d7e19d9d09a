#:package Microsoft.CodeAnalysis.CSharp@5.0.0
#:property ManagePackageVersionsCentrally=false
#:property PublishAot=false
#:property GenerateDocumentationFile=true
#:property NoWarn=CS1591
// Counts the C# code in folders: dotnet run tools/code-size.cs -- src/*
// The statement count includes all statements except blocks, and also fields, properties, expression bodies and enum values.
// Comments, blank lines and braces count as lines, but not as statements.
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

Console.WriteLine($"{"folder",-24} {"files",6} {"lines",7} {"public types",13} {"statements",11}");
var all = new int[4];
foreach (string folder in args)
{
    int[] counts = Count(folder);
    for (int i = 0; i < all.Length; i++) all[i] += counts[i];
    Print(folder, counts);
}

Print("total", all);

static void Print(string name, int[] counts) => Console.WriteLine($"{name,-24} {counts[0],6} {counts[1],7} {counts[2],13} {counts[3],11}");

static int[] Count(string folder)
{
    int[] counts = new int[4];
    HashSet<string> publicTypes = [];
    foreach (string path in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
    {
        if (path.Split('/', '\\').Any(part => part is "bin" or "obj")) continue;
        string text = File.ReadAllText(path);
        var root = CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Preview)).GetRoot();
        counts[0]++;
        counts[1] += text.Count(character => character == '\n');
        foreach (var node in root.DescendantNodes())
        {
            if (node is BaseTypeDeclarationSyntax type && IsPublic(type))
                publicTypes.Add(type.Identifier.Text + ((type as TypeDeclarationSyntax)?.TypeParameterList?.Parameters.Count ?? 0));
            if (node is DelegateDeclarationSyntax declared && declared.Modifiers.Any(SyntaxKind.PublicKeyword))
                publicTypes.Add(declared.Identifier.Text);
            bool counted = node is StatementSyntax and not BlockSyntax and not LocalFunctionStatementSyntax
                || node is FieldDeclarationSyntax or EnumMemberDeclarationSyntax
                || node is ArrowExpressionClauseSyntax || node is PropertyDeclarationSyntax { ExpressionBody: null };
            if (counted) counts[3]++;
        }
    }

    counts[2] = publicTypes.Count;
    return counts;
}

static bool IsPublic(BaseTypeDeclarationSyntax type) =>
    type.Modifiers.Any(SyntaxKind.PublicKeyword)
    && type.Ancestors().OfType<BaseTypeDeclarationSyntax>().All(outer => outer.Modifiers.Any(SyntaxKind.PublicKeyword));
