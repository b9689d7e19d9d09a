using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DeepSharp.Vgg;

/// <summary>One number for all that a model has learned, to tell whether two trainings came to the same bits.</summary>
public static class WeightsHash
{
    /// <summary>
    /// The SHA-256, in hexadecimal, of all parameters and buffers in ordinal order of their keys: of each the elements in logical row-major order as
    /// little-endian bytes, int64 for counters.
    /// </summary>
    public static string Compute<T>(Module<T> module)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(module);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, (tensor, counter)) in ModelState.Of(module).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (tensor is not null)
            {
                LogicalElements.Read(tensor, hash, static (piece, hash) => hash.AppendData(MemoryMarshal.AsBytes(piece)));
                continue;
            }

            byte[] bytes = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, counter!.Value);
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
