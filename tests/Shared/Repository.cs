namespace DeepSharp.Testing;

/// <summary>The checkout that the tests run in.</summary>
public static class Repository
{
    /// <summary>The folder of the solution.</summary>
    /// <exception cref="DirectoryNotFoundException">The tests are not in a checkout.</exception>
    public static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "DeepSharp.sln")))
                folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests are not in a checkout.");
            return folder.FullName;
        }
    }
}
