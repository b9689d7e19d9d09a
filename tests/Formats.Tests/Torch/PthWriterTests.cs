using System.IO.Compression;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace DeepSharp.Formats.Tests.Torch;

/// <summary>Writes .pth files. <c>make_weights.py --verify</c> checks such files with PyTorch.</summary>
public sealed class PthWriterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Pth_to_safetensors_to_pth_preserves_every_bit()
    {
        string original = PthFileTests.PathOf("wrapped.pth");
        Convert<float>(original, folder["first.safetensors"]);
        Convert<float>(folder["first.safetensors"], folder["second.pth"]);
        Convert<float>(folder["second.pth"], folder["third.safetensors"]);
        RequireSame<float>(original, folder["second.pth"]);
        Assert.Equal(File.ReadAllBytes(folder["first.safetensors"]), File.ReadAllBytes(folder["third.safetensors"]));
    }

    [Fact]
    public void Writes_a_standard_archive_with_data_at_multiples_of_64_bytes()
    {
        using var tensor = Tensor<float>.RandomNormal([3, 5], new RandomStream(1, "tensor"), context: TestContexts.Default);
        var writer = new PthWriter { Metadata = { ["key"] = "välue" } };
        writer.Add("näme", tensor);
        writer.Add("count", -2);
        writer.Save(folder["a.pth"]);

        using (var archive = ZipFile.OpenRead(folder["a.pth"]))
        {
            Assert.Equal(
                ["data.pkl", "byteorder", "data/0", "data/1", "version", "deepsharp.json"],
                archive.Entries.Select(entry => entry.FullName["archive/".Length..]));
            Assert.Equal(60, archive.GetEntry("archive/data/0")!.Length);
        }

        using var file = WeightsFile.Open(folder["a.pth"]);
        Assert.Equal("välue", file.Metadata["key"]);
        Assert.Equal(["näme", "count"], file.Tensors.Keys);
        Assert.All(file.Tensors.Values, stored => Assert.Equal(0, stored.Offset % 64));
        Assert.Equal(-2, file.ReadInteger("count"));
        using var read = file.Read<float>("näme", TestContexts.Default);
        Assert.Equal(tensor.ToArray(), read.ToArray());
    }

    // The product of the lengths other than 0 does not fit in a long.
    [Theory]
    [InlineData("0,2,4611686018427387904")]
    [InlineData("2,4611686018427387904,0")]
    public void Tensors_without_elements_keep_their_shape(string shape)
    {
        byte[] header = Encoding.UTF8.GetBytes($$"""{ "empty":{"dtype":"F32","shape":[{{shape}}],"data_offsets":[0,0] } }""");
        File.WriteAllBytes(folder["empty.safetensors"], [.. BitConverter.GetBytes((ulong)header.Length), .. header]);
        using var empty = WeightsFile.Open(folder["empty.safetensors"]);
        var writer = new PthWriter();
        writer.AddAll(empty);
        writer.Save(folder["empty.pth"]);
        using var written = WeightsFile.Open(folder["empty.pth"]);
        Assert.Equal(shape, string.Join(',', written.Tensors["empty"].Shape));
    }

    [Fact]
    public void Leaves_the_old_file_when_writing_fails()
    {
        var tensor = Tensor<float>.Ones([4], TestContexts.Default);
        var writer = new PthWriter();
        writer.Add("a", tensor);
        writer.Save(folder["a.pth"]);
        byte[] before = File.ReadAllBytes(folder["a.pth"]);
        tensor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => writer.Save(folder["a.pth"]));
        Assert.Equal(before, File.ReadAllBytes(folder["a.pth"]));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("a.pth", typeof(PthWriter))]
    [InlineData("folder.pth/A.PT", typeof(PthWriter))]
    [InlineData("a.safetensors", typeof(SafeTensorsWriter))]
    [InlineData("pth", typeof(SafeTensorsWriter))]
    public void The_file_extension_selects_the_writer(string path, Type writer) => Assert.IsType(writer, WeightsWriter.For(path));

    public void Dispose() => folder.Dispose();

    private static void Convert<T>(string from, string to)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var file = WeightsFile.Open(from);
        var writer = WeightsWriter.For(to);
        List<Tensor<T>> tensors = [];
        foreach (var (name, stored) in file.Tensors)
        {
            if (stored.Type == "I64")
            {
                writer.Add(name, file.ReadInteger(name));
                continue;
            }

            tensors.Add(file.Read<T>(name, TestContexts.Default));
            writer.Add(name, tensors[^1]);
        }

        writer.Save(to);
        foreach (var tensor in tensors) tensor.Dispose();
    }

    private static void RequireSame<T>(string left, string right)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using WeightsFile a = WeightsFile.Open(left), b = WeightsFile.Open(right);
        Assert.Equal(a.Tensors.Keys.Order(StringComparer.Ordinal), b.Tensors.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, stored) in a.Tensors)
        {
            Assert.Equal(stored.Type, b.Tensors[name].Type);
            if (stored.Type == "I64")
            {
                Assert.Equal(a.ReadInteger(name), b.ReadInteger(name));
                continue;
            }

            using Tensor<T> x = a.Read<T>(name, TestContexts.Default), y = b.Read<T>(name, TestContexts.Default);
            Assert.Equal(x.Shape, y.Shape);
            Assert.True(MemoryMarshal.AsBytes(x.Read()).SequenceEqual(MemoryMarshal.AsBytes(y.Read())), name);
        }
    }
}
