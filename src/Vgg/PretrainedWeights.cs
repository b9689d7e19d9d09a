using System.Security.Cryptography;
using DeepSharp.Data;
using DeepSharp.Formats;

namespace DeepSharp.Vgg;

/// <summary>
/// A file of weights published by torchvision: a VGG model trained on ImageNet. <see cref="DownloadAsync"/> stores it in a cache folder.
/// </summary>
/// <param name="Name">The name of the model, as in <see cref="VggNames"/>: <c>vgg11-bn</c>.</param>
/// <param name="FileName">The name of the file, which contains the first digits of its SHA-256.</param>
public sealed record PretrainedWeights(string Name, string FileName)
{
    /// <summary>The environment variable that names the cache folder.</summary>
    public const string CacheVariable = "DEEPSHARP_CACHE";

    /// <summary>The environment variable with the URL of another folder that provides the same files.</summary>
    public const string ServerVariable = "DEEPSHARP_WEIGHTS_SERVER";

    private const string Torchvision = "https://download.pytorch.org/models/";

    /// <summary>All published weights.</summary>
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
    /// The folder of downloads: the one named by <see cref="CacheVariable"/>, else <c>deepsharp/weights</c> in <c>XDG_CACHE_HOME</c>, else
    /// <c>deepsharp/weights</c> in the user's local application data.
    /// </summary>
    public static string CacheFolder
    {
        get
        {
            if (Variable(CacheVariable) is { } named) return named;
            string parent = Variable("XDG_CACHE_HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
            return Path.Combine(parent, "deepsharp", "weights");
        }
    }

    /// <summary>
    /// The URL of the folder that contains the file: the value of <see cref="ServerVariable"/>, else torchvision's. A URL set here must end
    /// in a slash.
    /// </summary>
    public Uri Server { get; init; } = new((Variable(ServerVariable) ?? Torchvision).TrimEnd('/') + '/');

    /// <summary>The URL of the file.</summary>
    public Uri Address => new(Server, FileName);

    /// <summary>
    /// The preprocessing stored with the weights; ImageNet's if none is stored and the file is named like one of <see cref="All"/>; else
    /// null.
    /// </summary>
    /// <exception cref="InvalidDataException">The stored preprocessing is damaged.</exception>
    public static ImagePreprocessing? PreprocessingOf(WeightsFile file) =>
        ImagePreprocessing.Read(file)
        ?? (All.Any(weights => weights.FileName == Path.GetFileName(file.Path)) ? ImagePreprocessing.ImageNet : null);

    /// <summary>The weights of the model with a given name; null if there are none.</summary>
    public static PretrainedWeights? Find(string name) => All.FirstOrDefault(weights => weights.Name == name);

    /// <summary>Downloads the file unless it is already in the folder. An interrupted download continues where it stopped.</summary>
    /// <remarks>
    /// The hash is verified once, after the download; an existing file is not verified again. The file appears under its name only if the
    /// hash is correct.
    /// </remarks>
    /// <param name="folder">The folder for the file; null for <see cref="CacheFolder"/>.</param>
    /// <param name="progress">Receives the progress of the download.</param>
    /// <param name="cancellationToken">Stops the download. The received bytes remain on disk for the next attempt.</param>
    /// <returns>The path of the file.</returns>
    /// <exception cref="IOException">
    /// The download failed (the message says which file to put into which folder instead), or the folder cannot be written.
    /// </exception>
    /// <exception cref="InvalidDataException">The hash of the downloaded file is wrong.</exception>
    public async Task<string> DownloadAsync(
        string? folder = null, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        folder ??= CacheFolder;
        string path = Path.Combine(folder, FileName), hash = Path.GetFileNameWithoutExtension(FileName).Split('-')[^1];
        if (File.Exists(path)) return path;
        CreateFolder(folder);
        try
        {
            var download = new FileDownload(Address, HashAlgorithmName.SHA256, hash);
            await download.SaveAsync(path, progress, cancellationToken).ConfigureAwait(false);
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
