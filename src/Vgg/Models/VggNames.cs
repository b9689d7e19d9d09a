namespace DeepSharp.Vgg;

/// <summary>The models that have a name, as users and files call them.</summary>
public static class VggNames
{
    /// <summary>A model for <c>shapes</c> that learns within a minute.</summary>
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

    /// <summary>The configuration of a name, and whether batch normalizations follow its convolutions.</summary>
    /// <exception cref="ArgumentException">There is no such model.</exception>
    public static (VggConfig Config, bool BatchNorm) Find(string name)
    {
        foreach (var model in Models)
        {
            if (model.Name == name) return (model.Config, model.BatchNorm);
        }

        throw new ArgumentException($"There is no model \"{name}\"; expected one of {string.Join(", ", All)}.");
    }

    /// <summary>What to call a model: its name, or where it has none its configuration, with <c>-bn</c> if it has batch normalizations.</summary>
    public static string Of(VggPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        string config = plan.Config.ToString();
        foreach (var model in Models)
        {
            if (model.BatchNorm == plan.Options.BatchNorm && model.Config.ToString() == config) return model.Name;
        }

        return plan.Options.BatchNorm ? config + "-bn" : config;
    }
}
