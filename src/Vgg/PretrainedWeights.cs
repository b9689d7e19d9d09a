using System.Security.Cryptography;
using DeepSharp.Data;
using DeepSharp.Formats;

namespace DeepSharp.Vgg;

/// <summary>The weights that torchvision publishes: VGG models trained on ImageNet, downloaded on first use into a cache folder.</summary>
/// <param name="Name">The name of the model, as in <see cref="VggNames"/>: <c>vgg11-bn</c>.</param>
/// <param name="FileName">The name of the file, which ends in the first digits of its SHA-256.</param>
public sealed record PretrainedWeights(string Name, string FileName)
{
    /// <summary>The environment variable that names the cache folder.</summary>
    public const string CacheVariable = "DEEPSHARP_CACHE";

    /// <summary>The environment variable that names another server with the same files.</summary>
    public const string ServerVariable = "DEEPSHARP_WEIGHTS_SERVER";

    private const string Torchvision = "https://download.pytorch.org/models/";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<PretrainedWeights> All { get; } =
    [
        new("vgg11", "vgg11-8a719046.pth"),
        new("vgg11-bn", "vgg11_bn-6002323d.pth"),
        new("vgg13", "vgg13-19584684.pth"),
        new("vgg13-bn", "vgg13_bn-abd245e5.pth"),
        new("vgg16", "vgg16-397923af.pth"),
        new("vgg16-bn", "vgg16_bn-6c64b313.pth"),
        new("vgg19", "vgg19-dcbb9e9d.pth"),
        new("vgg19-bn", "vgg19_bn-c79401a0.pth"),
    ];

    /// <summary>
    /// Where downloads are kept: the folder that <see cref="CacheVariable"/> names, else <c>deepsharp/weights</c> in the user's cache (<c>XDG_CACHE_HOME</c>) or
    /// application data.
    /// </summary>
    public static string CacheFolder
    {
        get
        {
            if (Variable(CacheVariable) is { } named) return named;
            return Path.Combine(Variable("XDG_CACHE_HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "deepsharp", "weights");
        }
    }

    /// <summary>The folder on the web that has the file: torchvision's, or the one that <see cref="ServerVariable"/> names.</summary>
    public Uri Server { get; init; } = new((Variable(ServerVariable) ?? Torchvision).TrimEnd('/') + '/');

    /// <summary>Where the file is on the web.</summary>
    public Uri Address => new(Server, FileName);

    /// <summary>The preprocessing that a file of weights states, or ImageNet's for one of these files; null if neither is known.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static ImagePreprocessing? PreprocessingOf(WeightsFile file) =>
        ImagePreprocessing.Read(file) ?? (All.Any(weights => weights.FileName == Path.GetFileName(file.Path)) ? ImagePreprocessing.ImageNet : null);

    /// <summary>The weights of the name of a model; null if there are none.</summary>
    public static PretrainedWeights? Find(string name) => All.FirstOrDefault(weights => weights.Name == name);

    /// <summary>Gets the file from the web, unless it is in the folder already. A download that broke off goes on where it stopped.</summary>
    /// <remarks>The hash is checked once, when the file has arrived: it gets its name only if that is right.</remarks>
    /// <param name="folder">Where it is kept; null for <see cref="CacheFolder"/>.</param>
    /// <param name="progress">Told of the bytes that have arrived.</param>
    /// <param name="cancellationToken">Stops it; what has arrived is kept for the next time.</param>
    /// <returns>The path of the file.</returns>
    /// <exception cref="IOException">The server cannot be reached, or breaks off; the message names the file to put where. Or the folder cannot be written.</exception>
    /// <exception cref="InvalidDataException">What arrived has another hash.</exception>
    public async Task<string> DownloadAsync(string? folder = null, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        folder ??= CacheFolder;
        string path = Path.Combine(folder, FileName), hash = Path.GetFileNameWithoutExtension(FileName).Split('-')[^1];
        if (File.Exists(path)) return path;
        CreateFolder(folder);
        try
        {
            await new FileDownload(Address, HashAlgorithmName.SHA256, hash).SaveAsync(path, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e) when (e is not DownloadWriteException)
        {
            throw new IOException($"{e.Message} Without the network, put the file {FileName} into the folder {folder}.", e);
        }

        return path;
    }

    private void CreateFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DownloadWriteException(Address, folder, e);
        }
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
