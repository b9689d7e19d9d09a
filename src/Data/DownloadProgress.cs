namespace DeepSharp.Data;

/// <summary>The progress of a download.</summary>
/// <param name="Bytes">The bytes received so far, including those of earlier attempts.</param>
/// <param name="Total">The bytes of the whole file; null if the server does not state it.</param>
public readonly record struct DownloadProgress(long Bytes, long? Total);
