namespace DeepSharp.Data;

/// <summary>The progress of a download.</summary>
/// <param name="Bytes">The number of bytes received so far, including those of earlier attempts.</param>
/// <param name="Total">The length of the whole file in bytes; null if unknown.</param>
public readonly record struct DownloadProgress(long Bytes, long? Total);
