using System.IO.Compression;
using System.Text;

namespace DeepSharp.Formats.Tests.Torch;

/// <summary>Creates .pth files that contain a given pickle, which may be hostile.</summary>
internal static class PickleBytes
{
    /// <summary>The instructions of a pickle of protocol 2 for the state dictionary {"w": four floats}, without header and STOP.</summary>
    public static byte[] OneTensor { get; } = Bytes(
        "}(X\u0001\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\u0007\0\0\0storagectorch\nFloatStorage\n"
            + "X\u0001\0\0\00X\u0003\0\0\0cpuK\u0004tQK\0K\u0004\u0085K\u0001\u0085\u0089}tRu");

    /// <summary>Converts characters up to U+00FF to bytes.</summary>
    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>Writes a .pth archive with a pickle and one storage of zeros. The default storage has four floats.</summary>
    public static void WriteZip(
        string path, byte[] pickle, CompressionLevel level = CompressionLevel.NoCompression, int storageLength = 16)
    {
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        Add("archive/data.pkl", pickle);
        Add("archive/data/0", new byte[storageLength]);

        void Add(string name, byte[] content)
        {
            using var stream = archive.CreateEntry(name, level).Open();
            stream.Write(content);
        }
    }

    /// <summary>Returns a pickle of protocol 2 with the given instructions.</summary>
    public static byte[] Pickle(byte[] instructions) => [0x80, 2, .. instructions, (byte)'.'];

    /// <summary>Returns a legacy .pth file with a pickle, and with one storage of four floats if the pickle refers to a storage.</summary>
    public static byte[] Legacy(byte[] pickle)
    {
        bool hasStorage = pickle.AsSpan().IndexOf("Storage"u8) >= 0;
        byte[] storage = [4, 0, 0, 0, 0, 0, 0, 0, .. new byte[16]];
        return
        [
            .. Pickle(Bytes("\u008A\u000Al\u00FC\u009CF\u00F9 j\u00A8P\u0019")), .. Pickle(Bytes("M\u00E9\u0003")),
            .. Pickle(Bytes("}")), .. pickle,
            .. Pickle(Bytes(hasStorage ? "]X\u0001\0\0\00a" : "]")), .. hasStorage ? storage : [],
        ];
    }
}
