using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using DeepSharp.Tensors;
using Microsoft.Win32.SafeHandles;

namespace DeepSharp.Vgg;

/// <summary>Reads a safetensors file: 8 bytes little-endian header length, the JSON header, the data.</summary>
/// <remarks>
/// Everything that the header says is checked before anything is read by it, and the hash that <see cref="SafeTensorsWriter"/> leaves in its files is
/// checked on opening. Files of others have none. Data is read straight into the tensors, so reading takes no memory beside them.
/// </remarks>
public sealed class SafeTensorsFile : IDisposable
{
    private const int PrefixLength = sizeof(ulong);

    private readonly SafeFileHandle handle;

    private SafeTensorsFile(string path, SafeFileHandle handle)
    {
        Path = path;
        this.handle = handle;
        byte[] header = ReadHeader();
        (var tensors, var metadata) = SafeTensorsHeader.Read(header, PrefixLength + header.Length, RandomAccess.GetLength(handle) - PrefixLength - header.Length);
        Tensors = tensors.ToDictionary(tensor => tensor.Name);
        Metadata = metadata;
        if (metadata.TryGetValue(SafeTensorsWriter.HashKey, out string? digest)) CheckHash(header, digest);
    }

    /// <summary>Where the file is.</summary>
    public string Path { get; }

    /// <summary>What the file says about itself, beside the tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    /// <summary>Opens a file and checks it.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is truncated, damaged, or not a safetensors file; the message begins with the path.</exception>
    public static SafeTensorsFile Open(string path)
    {
        var handle = File.OpenHandle(path);
        try
        {
            return new SafeTensorsFile(path, handle);
        }
        catch (InvalidDataException e)
        {
            handle.Dispose();
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Reads a tensor into one of the same shape; F16, BF16, F32 and F64 are widened or narrowed.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor, or its shape or type does not fit.</exception>
    public void Read<T>(string name, Tensor<T> target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(target);
        var stored = Find(name);
        if (!stored.Shape.SequenceEqual(target.Shape.Select(length => (long)length)))
            throw new InvalidDataException($"{Path}: expected \"{name}\" to have shape {target.Shape}, found {stored}.");
        long position = stored.Offset;
        switch (stored.Type)
        {
            case "F32": Fill<T, float>(target, T.CreateTruncating); break;
            case "F64": Fill<T, double>(target, T.CreateTruncating); break;
            case "F16": Fill<T, Half>(target, T.CreateTruncating); break;
            case "BF16": Fill<T, ushort>(target, bits => T.CreateTruncating(BitConverter.UInt32BitsToSingle((uint)bits << 16))); break;
            default: throw new InvalidDataException($"{Path}: expected \"{name}\" to have a floating-point type, found {stored}.");
        }

        void Fill<TTarget, TStored>(Tensor<TTarget> tensor, Func<TStored, TTarget> convert)
            where TTarget : unmanaged, IFloatingPointIeee754<TTarget>
            where TStored : unmanaged
        {
            LogicalElements.Write(tensor, convert, (piece, convert) =>
            {
                if (typeof(TStored) == typeof(TTarget))
                {
                    position += ReadBytes(MemoryMarshal.AsBytes(piece), position);
                    return;
                }

                using var buffer = tensor.Context.Pool.Rent<TStored>(piece.Length);
                var source = buffer.Span;
                position += ReadBytes(MemoryMarshal.AsBytes(source), position);
                for (int i = 0; i < piece.Length; i++) piece[i] = convert(source[i]);
            });
        }
    }

    /// <summary>Reads a tensor into a new one.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor, its shape is none that a tensor can have, or its type does not fit.</exception>
    public Tensor<T> Read<T>(string name, ComputeContext? context = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var stored = Find(name);
        if (stored.Shape.Count > Shape.MaxRank || stored.Shape.Any(length => length is < 1 or > int.MaxValue))
            throw new InvalidDataException($"{Path}: {stored} has a shape that a tensor cannot have.");
        var tensor = new Tensor<T>(new Shape([.. stored.Shape.Select(length => (int)length)]), context, $"reading {name}");
        Read(name, tensor);
        return tensor;
    }

    /// <summary>Reads an I64 scalar.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor, or it is not one.</exception>
    public long ReadInteger(string name)
    {
        var stored = Find(name);
        if (stored.Type != "I64" || stored.ByteCount != sizeof(long))
            throw new InvalidDataException($"{Path}: expected \"{name}\" to be one number of type I64, found {stored}.");
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        ReadBytes(bytes, stored.Offset);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => handle.Dispose();

    private StoredTensor Find(string name) =>
        Tensors.TryGetValue(name, out var stored) ? stored : throw new InvalidDataException($"{Path}: there is no tensor \"{name}\".");

    private byte[] ReadHeader()
    {
        long fileLength = RandomAccess.GetLength(handle);
        if (fileLength < PrefixLength) throw new InvalidDataException($"expected a safetensors file, found {fileLength} bytes.");
        Span<byte> prefix = stackalloc byte[PrefixLength];
        ReadBytes(prefix, 0);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafeTensorsHeader.MaxLength || length > (ulong)(fileLength - PrefixLength))
        {
            throw new InvalidDataException(
                $"not a safetensors file, or truncated: its header would take {length} bytes, the file has {fileLength} (at most {SafeTensorsHeader.MaxLength} are allowed).");
        }

        byte[] header = new byte[(int)length];
        ReadBytes(header, PrefixLength);
        return header;
    }

    private void CheckHash(byte[] header, string digest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 20];
        BinaryPrimitives.WriteUInt64LittleEndian(buffer, (ulong)header.Length);
        hash.AppendData(buffer, 0, PrefixLength);
        hash.AppendData(Blank(header, digest));
        long end = RandomAccess.GetLength(handle);
        for (long position = PrefixLength + header.Length; position < end;)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - position));
            position += ReadBytes(piece, position);
            hash.AppendData(piece);
        }

        string found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (found != digest) throw new InvalidDataException($"the file is damaged: its SHA-256 is {found}, it was written with {digest}.");
    }

    /// <summary>The header as it was when the hash was computed: zeros for the digest.</summary>
    private static byte[] Blank(byte[] header, string digest)
    {
        int at = header.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"\"{SafeTensorsWriter.HashKey}\":\"{digest}\""));
        if (at < 0) return header;
        byte[] blank = [.. header];
        blank.AsSpan(at + SafeTensorsWriter.HashKey.Length + 4, digest.Length).Fill((byte)'0');
        return blank;
    }

    /// <summary>Fills a span from the file.</summary>
    /// <returns>The number of bytes read.</returns>
    private int ReadBytes(Span<byte> target, long position)
    {
        for (int read = 0; read < target.Length;)
        {
            int count = RandomAccess.Read(handle, target[read..], position + read);
            if (count == 0) throw new EndOfStreamException($"{Path}: the file ends at byte {position + read}, before its data does.");
            read += count;
        }

        return target.Length;
    }
}
