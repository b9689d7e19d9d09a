using System.Xml.Linq;

namespace DeepSharp.Vgg.Tests;

/// <summary>Restricts project references: the framework does not depend on VGG, and the formats do not depend on training.</summary>
public class ProjectReferenceTests
{
    private static readonly Dictionary<string, string[]?> Allowed = new()
    {
        ["Tensors"] = [],
        ["Autograd"] = ["Tensors"],
        ["Formats"] = ["Tensors"],
        ["Data"] = ["Tensors", "Formats"],
        ["Nn"] = ["Tensors", "Autograd", "Data", "Formats"],
        ["Vgg"] = ["Tensors", "Autograd", "Data", "Formats", "Nn"],
        ["Testing"] = ["Tensors", "Autograd", "Data", "Formats", "Nn"],
        // May reference any project.
        ["Cli"] = null,
    };

    [Fact]
    public void Projects_reference_only_projects_below_them()
    {
        string source = Path.Combine(Repository.Root, "src");
        string[] projects = [.. Directory.GetFiles(source, "*.csproj", SearchOption.AllDirectories)];
        Assert.True(projects.Length >= 7, $"Found only {projects.Length} projects in {source}.");
        foreach (string path in projects)
        {
            string name = Path.GetFileNameWithoutExtension(path);
            Assert.True(
                Allowed.TryGetValue(name, out string[]? allowed),
                $"{name} is a new project: add it to Allowed with the projects that it may reference.");
            if (allowed is null) continue;
            var document = XDocument.Load(path);
            string[] references = [.. document.Descendants().Where(element => element.Name.LocalName == "ProjectReference")
                .Select(element => Path.GetFileNameWithoutExtension(element.Attribute("Include")!.Value.Replace('\\', '/')))];
            Assert.All(references, reference => Assert.True(
                allowed.Contains(reference), $"{name} references {reference}; allowed: {string.Join(", ", allowed)}."));
        }
    }
}
