namespace DeepSharp.Vgg;

/// <summary>The names of predefined models.</summary>
public static class VggNames
{
    /// <summary>A small model with batch normalization, for quick experiments with the synthetic data set <c>shapes</c>.</summary>
    public const string Small = "vgg-small";

    private static readonly (string Name, VggConfig Config, bool BatchNorm)[] Models =
    [
        (Small, VggConfig.Parse("16,M,32,M,64,M,128,M"), true),
        ("vgg11", VggConfig.A, false),
        ("vgg11-bn", VggConfig.A, true),
        ("vgg11-lrn", VggConfig.ALrn, false),
        ("vgg11-lrn-bn", VggConfig.ALrn, true),
        ("vgg13", VggConfig.B, false),
        ("vgg13-bn", VggConfig.B, true),
        ("vgg16c", VggConfig.C, false),
        ("vgg16c-bn", VggConfig.C, true),
        ("vgg16c-padded", VggConfig.CPadded, false),
        ("vgg16c-padded-bn", VggConfig.CPadded, true),
        ("vgg16", VggConfig.D, false),
        ("vgg16-bn", VggConfig.D, true),
        ("vgg19", VggConfig.E, false),
        ("vgg19-bn", VggConfig.E, true),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Models.Select(model => model.Name)];

    /// <summary>The configuration of a named model, and whether batch normalizations follow its convolutions.</summary>
    /// <exception cref="ArgumentException">There is no such model.</exception>
    public static (VggConfig Config, bool BatchNorm) Find(string name)
    {
        var found = Array.Find(Models, model => model.Name == name);
        return found.Name is not null ? (found.Config, found.BatchNorm)
            : throw new ArgumentException($"There is no model \"{name}\"; expected one of {string.Join(", ", All)}.", nameof(name));
    }

    /// <summary>The name of a model; if it has none, its configuration, with the suffix <c>-bn</c> for batch normalization.</summary>
    public static string Of(VggConfig config, bool batchNorm)
    {
        ArgumentNullException.ThrowIfNull(config);
        string text = config.ToString();
        return Array.Find(Models, model => model.BatchNorm == batchNorm && model.Config.ToString() == text).Name
            ?? (batchNorm ? text + "-bn" : text);
    }
}
