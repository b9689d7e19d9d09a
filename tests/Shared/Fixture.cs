using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;
using DeepSharp.Tensors;

namespace DeepSharp.Testing;

/// <summary>Reference data from a file that a script in tests/Fixtures wrote: mostly results of PyTorch in float64.</summary>
/// <remarks>This class has its own safetensors reader, so that a bug in the library's reader cannot affect the reference.</remarks>
public sealed class Fixture
{
    private static readonly ConcurrentDictionary<string, Fixture> Loaded = new();
    private readonly Dictionary<string, (string Type, int[] Shape, int Start, int End)> entries = [];
    private readonly byte[] data;

    private Fixture(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int headerLength = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        using var header = JsonDocument.Parse(file.AsMemory(sizeof(ulong), headerLength));
        data = file[(sizeof(ulong) + headerLength)..];
        foreach (var entry in header.RootElement.EnumerateObject())
        {
            int[] offsets = Integers(entry.Value, "data_offsets");
            string type = entry.Value.GetProperty("dtype").GetString()!;
            entries.Add(entry.Name, (type, Integers(entry.Value, "shape"), offsets[0], offsets[1]));
        }
    }

    /// <summary>The names of all tensors.</summary>
    public IEnumerable<string> Names => entries.Keys;

    /// <summary>The fixture with a name, from the folder Fixtures in the output folder of the tests.</summary>
    public static Fixture Load(string group) =>
        Loaded.GetOrAdd(group, name => new Fixture(Path.Combine(AppContext.BaseDirectory, "Fixtures", $"{name}.safetensors")));

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Contains(string name) => entries.ContainsKey(name);

    /// <summary>The shape of a tensor.</summary>
    public Shape ShapeOf(string name) => new(entries[name].Shape);

    /// <summary>The elements of a float64 tensor, in logical row-major order.</summary>
    public double[] Values(string name) => Elements<double>(name, "F64");

    /// <summary>The elements of an int64 tensor.</summary>
    public int[] Labels(string name) => Array.ConvertAll(Elements<long>(name, "I64"), label => (int)label);

    /// <summary>A float64 tensor, rounded to <typeparamref name="T"/>.</summary>
    public Tensor<T> Tensor<T>(string name, ComputeContext context)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        DeepSharp.Tensors.Tensor<T>.FromArray(Array.ConvertAll(Values(name), T.CreateChecked), ShapeOf(name), context);

    private TElement[] Elements<TElement>(string name, string type)
        where TElement : unmanaged
    {
        var (storedType, _, start, end) = entries[name];
        Assert.Equal(type, storedType);
        return MemoryMarshal.Cast<byte, TElement>(data.AsSpan(start, end - start)).ToArray();
    }

    private static int[] Integers(JsonElement entry, string property) =>
        [.. entry.GetProperty(property).EnumerateArray().Select(number => number.GetInt32())];
}
