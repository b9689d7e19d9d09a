using System.Buffers.Binary;
using System.Text;

namespace DeepSharp.Formats.Tests.SafeTensors;

public sealed class SafeTensorsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string FilePath => folder["weights.safetensors"];

    [Fact]
    public void Reads_the_files_that_it_writes()
    {
        using var images = Random<float>([2, 3, 4, 5]);
        using var matrix = Random<double>([7, 11]);
        using var scalar = Tensor<float>.Scalar(3, TestContexts.Default);
        var writer = new SafeTensorsWriter { Metadata = { ["model"] = "a \"quoted\" ü" } };
        writer.Add("images", images);
        writer.Add("matrix", matrix);
        writer.Add("scalar", scalar);
        writer.Add("count", -5);
        writer.Save(FilePath);

        using var file = SafeTensorsFile.Open(FilePath);
        Assert.Equal("a \"quoted\" ü", file.Metadata["model"]);
        Assert.Equal(4, file.Tensors.Count);
        using var readImages = file.Read<float>("images", TestContexts.Default);
        using var readScalar = file.Read<float>("scalar", TestContexts.Default);
        using var readMatrix = file.Read<double>("matrix", TestContexts.Default);
        Assert.Equal(images.Shape, readImages.Shape);
        Assert.Equal(images.ToArray(), readImages.ToArray());
        Assert.Equal(matrix.ToArray(), readMatrix.ToArray());
        Assert.Equal(0, readScalar.Shape.Rank);
        Assert.Equal(3, readScalar.ToScalar());
        Assert.Equal(-5, file.ReadInteger("count"));
        Assert.Equal(["weights.safetensors"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Writes_the_documented_format()
    {
        using var tensor = Tensor<float>.FromArray([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2], TestContexts.Default);
        var writer = new SafeTensorsWriter();
        writer.Add("t", tensor);
        writer.Save(FilePath);

        byte[] bytes = File.ReadAllBytes(FilePath);
        int header = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        string json = Encoding.UTF8.GetString(bytes, 8, header);
        Assert.Matches(
            "^\\{\"__metadata__\":\\{\"sha256\":\"[0-9a-f]{64}\"\\},"
                + "\"t\":\\{\"dtype\":\"F32\",\"shape\":\\[1,2,2,2\\],\"data_offsets\":\\[0,32\\]\\}\\} *$",
            json);
        Assert.Equal(0, header % 8);
        // The file is in logical order, although the tensor is stored channels-last.
        for (int i = 0; i < 8; i++) Assert.Equal(i + 1, BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(8 + header + (4 * i))));
    }

    [Fact]
    public void Converts_other_floating_point_types_to_float_and_double()
    {
        double[] values = [1, -2.5, 0.15625, 96];
        byte[] half = new byte[8], brain = new byte[8], wide = new byte[32];
        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteHalfLittleEndian(half.AsSpan(2 * i), (Half)values[i]);
            BinaryPrimitives.WriteUInt16LittleEndian(
                brain.AsSpan(2 * i), (ushort)(BitConverter.SingleToUInt32Bits((float)values[i]) >> 16));
            BinaryPrimitives.WriteDoubleLittleEndian(wide.AsSpan(8 * i), values[i]);
        }

        Write("""
            {"h":{"dtype":"F16","shape":[1,2,1,2],"data_offsets":[32,40]},"b":{"dtype":"BF16","shape":[4],"data_offsets":[40,48]},
             "d":{"dtype":"F64","shape":[2,2],"data_offsets":[0,32]}}
            """, [.. wide, .. half, .. brain]);
        using var file = SafeTensorsFile.Open(FilePath);
        foreach (string name in (string[])["h", "b", "d"])
        {
            using var asFloat = file.Read<float>(name, TestContexts.Default);
            using var asDouble = file.Read<double>(name, TestContexts.Default);
            Assert.Equal(values.Select(value => (float)value), asFloat.ToArray());
            Assert.Equal(values, asDouble.ToArray());
        }
    }

    [Fact]
    public void Converts_double_to_float_like_a_cast()
    {
        double[] values =
        [
            0.1, 1e300, -1e300, double.NaN, 1e-40, -1e-46, double.Epsilon, -0.0, float.MaxValue,
            1 + Math.Pow(2, -24), 1 + (3 * Math.Pow(2, -24)),
        ];
        using (var wide = Tensor<double>.FromArray(values, [values.Length], TestContexts.Default))
        {
            var writer = new SafeTensorsWriter();
            writer.Add("wide", wide);
            writer.Save(FilePath);
        }

        using var file = WeightsFile.Open(FilePath);
        using var narrow = file.Read<float>("wide", TestContexts.Default);
        Assert.Equal(
            values.Select(value => BitConverter.SingleToInt32Bits((float)value)),
            narrow.ToArray().Select(BitConverter.SingleToInt32Bits));
    }

    [Theory]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""",
        12, "overlap")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}""",
        16, "hole")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 12, "describes 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "describes 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "takes 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "takes 12 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,8]}}""", 8, "takes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[9223372036854775800,9223372036854775807]}}""", 8, "takes")]
    [InlineData("""{"a":{"dtype":"Q7","shape":[2],"data_offsets":[0,8]}}""", 8, "has elements of Q7, expected F64, F32,")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", 8, "must have dtype")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "repeated field")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8, "appears twice")]
    [InlineData("""{"__metadata__":{"k":"1","k":"2"}}""", 0, "appears twice")]
    [InlineData("""{"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "a name of 0 characters")]
    [InlineData("""{"__metadata__":{"k":1}}""", 0, "not a JSON string")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2""", 8, "header")]
    [InlineData("""[]""", 0, "not a JSON object")]
    [InlineData("""{} x""", 0, "header")]
    [InlineData("", 0, "header")]
    public void Refuses_invalid_headers(string json, int dataLength, string reason)
    {
        Write(json, new byte[dataLength]);
        RequireRefused(reason);
    }

    /// <summary>Other programs use the same keys for other values.</summary>
    [Theory]
    [InlineData("""{"__metadata__":null,"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"__metadata__":{"sha256":"e3b0c442"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"__metadata__":{"vgg":"16","images":"cats and dogs"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""")]
    public void Reads_metadata_of_other_programs(string json)
    {
        Write(json, new byte[4]);
        using var file = SafeTensorsFile.Open(FilePath);
        Assert.Equal("a", Assert.Single(file.Tensors).Key);
        Assert.DoesNotContain(WeightsFile.ChecksumKey, file.Metadata.Keys);
    }

    [Theory]
    [InlineData(new byte[] { }, "found 0 bytes")]
    [InlineData(new byte[] { 1, 2, 3 }, "found 3 bytes")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 1 }, "18446744073709551615 bytes")]
    [InlineData(new byte[] { 0, 225, 245, 5, 0, 0, 0, 0, 1 }, "100000000 bytes")]
    public void Refuses_files_of_other_formats(byte[] content, string reason)
    {
        File.WriteAllBytes(FilePath, content);
        RequireRefused(reason);
    }

    [Fact]
    public void Detects_every_flipped_bit_and_every_truncation_of_its_own_files()
    {
        using var tensor = Random<float>([3, 2]);
        var writer = new SafeTensorsWriter { Metadata = { ["vgg"] = "3" } };
        writer.Add("weight", tensor);
        writer.Save(FilePath);
        byte[] bytes = File.ReadAllBytes(FilePath);
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] flipped = [.. bytes];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(FilePath, flipped);
            Assert.Throws<InvalidDataException>(OpenOwn);
        }

        for (int length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(FilePath, bytes[..length]);
            Assert.Throws<InvalidDataException>(() => SafeTensorsFile.Open(FilePath));
        }

        // If the name of the hash is damaged, the hash is not found. So readers of files that only this library writes require a hash.
        void OpenOwn()
        {
            using var file = SafeTensorsFile.Open(FilePath);
            file.RequireChecksum();
        }
    }

    [Fact]
    public void Says_what_was_expected_when_a_tensor_does_not_match()
    {
        Write(
            """{"a":{"dtype":"I32","shape":[2],"data_offsets":[0,8]},"e":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}""",
            new byte[8]);
        using var file = SafeTensorsFile.Open(FilePath);
        using Tensor<float> two = new([2], TestContexts.Default), three = new([3], TestContexts.Default);
        Assert.Contains(
            "no tensor \"b\"", Assert.Throws<InvalidDataException>(() => file.Read("b", two)).Message, StringComparison.Ordinal);
        Assert.Contains("I32", Assert.Throws<InvalidDataException>(() => file.Read("a", two)).Message, StringComparison.Ordinal);
        Assert.Contains("[3]", Assert.Throws<InvalidDataException>(() => file.Read("a", three)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => file.ReadInteger("a"));
        Assert.Throws<InvalidDataException>(() => file.Read<float>("e"));
    }

    [Fact]
    public void Leaves_the_old_file_when_writing_fails()
    {
        var tensor = Random<float>([4]);
        var writer = new SafeTensorsWriter();
        writer.Add("a", tensor);
        writer.Save(FilePath);
        byte[] before = File.ReadAllBytes(FilePath);
        tensor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => writer.Save(FilePath));
        Assert.Equal(before, File.ReadAllBytes(FilePath));
        Assert.Single(Directory.GetFiles(folder.Path));
        var missing = Assert.Throws<DirectoryNotFoundException>(() => writer.Save(folder["missing/file"]));
        Assert.Equal($"{folder["missing/file"]} cannot be written: there is no folder {folder["missing"]}", missing.Message);
        Assert.Throws<ArgumentException>(() => writer.Add("a", 1));
    }

    public void Dispose() => folder.Dispose();

    private static Tensor<T> Random<T>(Shape shape)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> =>
        Tensor<T>.RandomNormal(shape, new RandomStream(1, "tensor"), context: TestContexts.Default);

    private void Write(string json, byte[] data)
    {
        byte[] header = Encoding.UTF8.GetBytes(json), length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        File.WriteAllBytes(FilePath, [.. length, .. header, .. data]);
    }

    private void RequireRefused(string reason)
    {
        var error = Assert.Throws<InvalidDataException>(() => SafeTensorsFile.Open(FilePath));
        Assert.StartsWith($"{FilePath}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
