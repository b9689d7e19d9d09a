using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DeepSharp.Autograd;
using DeepSharp.Formats;
using DeepSharp.Tensors;

namespace DeepSharp.Nn;

/// <summary>A value of a <see cref="StateDict"/>: a tensor or an integer, in memory or in a file.</summary>
public abstract class StateEntry
{
    private protected StateEntry(string type, IReadOnlyList<long> shape) => (Type, Shape) = (type, shape);

    /// <summary>The type of the elements, named as in safetensors, for example F32, F64 or I64.</summary>
    public string Type { get; }

    /// <summary>The lengths of the axes; empty for an integer or a tensor of rank 0.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Whether the entry is an integer: a scalar of type I64.</summary>
    public virtual bool IsInteger => false;

    /// <summary>Whether the elements are floating-point numbers.</summary>
    internal bool IsFloatingPoint => Type is "F16" or "BF16" or "F32" or "F64";

    /// <summary>The integer.</summary>
    /// <exception cref="InvalidDataException">The entry is read, but it is a tensor.</exception>
    /// <exception cref="InvalidOperationException">The entry is set, but it is a tensor or in a file.</exception>
    public virtual long Integer
    {
        get => throw new InvalidDataException($"expected an integer, found {this}.");
        set => throw new InvalidOperationException($"expected an integer, found {this}.");
    }

    /// <summary>Copies the elements into a tensor of the same shape, converting them if the types differ.</summary>
    /// <exception cref="InvalidDataException">The entry has another shape, or its elements are not floating-point numbers.</exception>
    /// <exception cref="IOException">The entry is in a file that cannot be read.</exception>
    public abstract void CopyTo<T>(Tensor<T> target)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Type and shape: <c>F32 [64, 3, 3, 3]</c>.</summary>
    public override string ToString() => $"{Type} [{string.Join(", ", Shape)}]";

    /// <summary>Replaces the value with that of another entry.</summary>
    internal abstract void Set(StateEntry source);

    /// <summary>Adds the entry to the contents of a file to be written.</summary>
    internal abstract void AddTo(WeightsWriter writer, string name);

    /// <summary>Adds the elements to a hash: in logical row-major order, little-endian.</summary>
    internal abstract void AddTo(IncrementalHash hash);
}

/// <summary>A tensor in memory.</summary>
internal sealed class TensorEntry<T>(Shape shape, Func<Tensor<T>> value, Action<Action<Tensor<T>>> overwrite)
    : StateEntry(typeof(T) == typeof(float) ? "F32" : "F64", [.. shape.Select(length => (long)length)])
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public TensorEntry(Tensor<T> tensor)
        : this(tensor.Shape, () => tensor, write => write(tensor))
    {
    }

    public TensorEntry(Parameter<T> parameter)
        : this(parameter.Shape, () => parameter.Value, parameter.Overwrite)
    {
    }

    public override void CopyTo<TTarget>(Tensor<TTarget> target)
    {
        if (target.Shape != shape) throw new InvalidDataException($"expected a tensor {target.Shape}, found {this}.");
        if (typeof(TTarget) == typeof(T)) target.CopyFrom((Tensor<TTarget>)(object)value());
        else target.CopyFrom(Array.ConvertAll(value().ToArray(), TTarget.CreateTruncating));
    }

    internal override void Set(StateEntry source) => overwrite(source.CopyTo);

    internal override void AddTo(WeightsWriter writer, string name) => writer.Add(name, value());

    internal override void AddTo(IncrementalHash hash) =>
        LogicalElements.Read(value(), hash, static (part, hash) => hash.AppendData(MemoryMarshal.AsBytes(part)));
}

/// <summary>An integer in memory.</summary>
internal sealed class IntegerEntry(StateInteger integer) : StateEntry("I64", [])
{
    public override bool IsInteger => true;

    public override long Integer
    {
        get => integer.Value;
        set => integer.Value = value;
    }

    public override void CopyTo<T>(Tensor<T> target) =>
        throw new InvalidDataException($"expected a tensor {target.Shape}, found an integer.");

    internal override void Set(StateEntry source) => integer.Value = source.Integer;

    internal override void AddTo(WeightsWriter writer, string name) => writer.Add(name, integer.Value);

    internal override void AddTo(IncrementalHash hash)
    {
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, integer.Value);
        hash.AppendData(bytes);
    }
}

/// <summary>A tensor or an integer in a file, read on demand.</summary>
internal sealed class StoredEntry(WeightsFile file, StoredTensor stored) : StateEntry(stored.Type, stored.Shape)
{
    public override bool IsInteger => stored.Type == "I64" && stored.Shape.Count == 0;

    public override long Integer
    {
        get => file.ReadInteger(stored.Name);
        set => throw new InvalidOperationException($"\"{stored.Name}\" is in a file, which is read-only.");
    }

    public override void CopyTo<T>(Tensor<T> target) => file.Read(stored.Name, target);

    internal override void Set(StateEntry source) =>
        throw new InvalidOperationException($"\"{stored.Name}\" is in a file, which is read-only.");

    internal override void AddTo(WeightsWriter writer, string name) =>
        throw new InvalidOperationException($"\"{stored.Name}\" is in a file; copy it with WeightsWriter.AddAll.");

    internal override void AddTo(IncrementalHash hash) =>
        throw new InvalidOperationException($"\"{stored.Name}\" is in a file; load it into a module first.");
}
