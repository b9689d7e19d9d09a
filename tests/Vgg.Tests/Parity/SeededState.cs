using System.Numerics;
using System.Text;

namespace DeepSharp.Vgg.Tests.Parity;

/// <summary>
/// Computes weights and images from the names of tensors, as tests/Fixtures/make_model_fixtures.py does, so that no fixture stores weights.
/// </summary>
internal static class SeededState
{
    private const int BlockLength = 1 << 16;

    /// <summary>Fills every parameter and buffer of a model with the values computed from its name.</summary>
    public static void Fill<T>(VggModel<T> model)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (var (key, parameter) in model.NamedParameters()) Fill(key, parameter.Value);
        foreach (var (key, buffer) in model.NamedBuffers()) Fill(key, buffer);
    }

    /// <summary>Creates images of the given shape.</summary>
    public static Tensor<T> Images<T>(Shape shape, ComputeContext context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var images = new Tensor<T>(shape, context, "images");
        Fill("images", images);
        return images;
    }

    private static void Fill<T>(string key, Tensor<T> tensor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = tensor.Shape;
        var (center, scale) = (key.Split('.')[^1], shape.Rank) switch
        {
            ("running_var", _) => (1.0, 0.5),
            ("images", _) => (0.0, Math.Sqrt(3.0)),
            ("weight", 1) => (1.0, 0.25),
            ("weight", _) => (0.0, Math.Sqrt(6.0 / (shape.ElementCount / shape[0]))),
            _ => (0.0, 0.1),
        };
        uint seed = Crc32(key);
        T[] values = new T[shape.ElementCount];
        Parallel.For(0, (values.Length + BlockLength - 1) / BlockLength, block =>
        {
            for (int i = block * BlockLength; i < Math.Min(values.Length, (block + 1) * BlockLength); i++)
                values[i] = T.CreateTruncating((float)(center + (scale * ((Hash(seed, (uint)i) / Math.Pow(2, 31)) - 1.0))));
        });
        tensor.CopyFrom(values);
    }

    private static uint Hash(uint seed, uint index)
    {
        uint x = unchecked((index * 2654435761u) + seed);
        x ^= x >> 16;
        x = unchecked(x * 0x7FEB352Du);
        x ^= x >> 15;
        x = unchecked(x * 0x846CA68Bu);
        return x ^ (x >> 16);
    }

    // CRC-32 as in zlib: reflected polynomial EDB88320.
    private static uint Crc32(string text)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320u);
        }

        return ~crc;
    }
}
