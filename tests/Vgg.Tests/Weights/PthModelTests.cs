using System.Numerics;
using System.Runtime.InteropServices;

namespace DeepSharp.Vgg.Tests.Weights;

/// <summary>Saves models as .pth files. <c>make_weights.py --verify</c> checks such files with PyTorch.</summary>
public sealed class PthModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Saves_every_bit_of_a_model_with_all_kinds_of_state()
    {
        var options = new VggOptions { BatchNorm = true, Classes = 3, Head = new VggHead { PoolSize = 2, Hidden = [5], Dropout = 0 } };
        using var model = VggModel.Create<double>(VggConfig.Parse("4,M,7,M"), options, seed: 3, TestContexts.Default);
        foreach (var entry in model.State().Select(named => named.Value).Where(entry => entry.IsInteger)) entry.Integer = long.MaxValue;
        // A NaN with a payload, which arithmetic could change.
        model.Parameters()[0].Value[0, 0, 0, 0] = BitConverter.UInt64BitsToDouble(0xFFF8_0000_0000_1234);
        model.Save(folder["model.pth"]);
        model.Save(folder["model.safetensors"]);
        RequireSame<double>(folder["model.safetensors"], folder["model.pth"]);
        using var loaded = VggModel.Load<double>(folder["model.pth"], TestContexts.Default);
        Assert.Equal(model.State().Sha256(), loaded.State().Sha256());
        Assert.Equal(model.Config.ToString(), loaded.Config.ToString());
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
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
