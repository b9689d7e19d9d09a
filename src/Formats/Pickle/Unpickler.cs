using System.Numerics;
using System.Text;

namespace DeepSharp.Formats;

/// <summary>
/// Runs a pickle, which is a program for a stack machine. The machine creates plain values itself and gets everything else from its host,
/// so it loads and calls nothing that the host does not allow by name.
/// </summary>
/// <remarks>
/// Integers become long (or <see cref="BigInteger"/>), strings string, bytes byte[], tuples object[], lists <see cref="List{T}"/>,
/// dictionaries <see cref="PickleDictionary"/>. The machine never recurses, so nesting cannot overflow the call stack. The number of
/// instructions and the length of the input are limited, which limits memory and time.
/// </remarks>
internal sealed class Unpickler(PickleSource source, IPickleHost host)
{
    // A network of a thousand tensors takes about 50,000 instructions.
    private const int MaxInstructions = 1 << 20;

    private const int MaxProtocol = 5;

    private readonly PickleStack stack = new();
    private readonly Dictionary<uint, object?> memo = [];

    /// <summary>Runs the pickle.</summary>
    /// <returns>The object that it creates.</returns>
    /// <exception cref="InvalidDataException">The pickle is damaged, too long, or asks for something that is not allowed.</exception>
    public object? Load()
    {
        for (int i = 0; i < MaxInstructions; i++)
        {
            var opcode = (PickleOpcode)source.ReadByte();
            if (opcode == PickleOpcode.Stop) return stack.Pop();
            Execute(opcode);
        }

        throw new InvalidDataException($"the pickle has more than {MaxInstructions} instructions, which no state dictionary needs.");
    }

    private void Execute(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto: RequireProtocol(source.ReadByte()); break;
            case PickleOpcode.Frame: source.ReadUInt64(); break;
            case PickleOpcode.Mark: stack.Mark(); break;
            case PickleOpcode.Pop: stack.Pop(); break;
            case PickleOpcode.PopMark: stack.PopToMark(); break;
            case PickleOpcode.Dup: stack.Push(stack.Peek()); break;

            case PickleOpcode.None: stack.Push(null); break;
            case PickleOpcode.NewTrue: stack.Push(true); break;
            case PickleOpcode.NewFalse: stack.Push(false); break;
            case PickleOpcode.BinInt: stack.Push((long)source.ReadInt32()); break;
            case PickleOpcode.BinInt1: stack.Push((long)source.ReadByte()); break;
            case PickleOpcode.BinInt2: stack.Push((long)source.ReadUInt16()); break;
            case PickleOpcode.Long1: PushInteger(source.ReadBytes(source.ReadByte())); break;
            case PickleOpcode.Long4: PushInteger(source.ReadBytes(source.ReadUInt32())); break;
            case PickleOpcode.BinFloat: stack.Push(source.ReadDouble()); break;
            // Python 2 writes its strings with these two instructions.
            case PickleOpcode.BinString: stack.Push(Encoding.Latin1.GetString(source.ReadBytes(source.ReadUInt32()))); break;
            case PickleOpcode.ShortBinString: stack.Push(Encoding.Latin1.GetString(source.ReadBytes(source.ReadByte()))); break;
            case PickleOpcode.BinUnicode: stack.Push(Encoding.UTF8.GetString(source.ReadBytes(source.ReadUInt32()))); break;
            case PickleOpcode.ShortBinUnicode: stack.Push(Encoding.UTF8.GetString(source.ReadBytes(source.ReadByte()))); break;
            case PickleOpcode.BinUnicode8: stack.Push(Encoding.UTF8.GetString(source.ReadBytes(source.ReadUInt64()))); break;
            case PickleOpcode.BinBytes: stack.Push(source.ReadBytes(source.ReadUInt32())); break;
            case PickleOpcode.ShortBinBytes: stack.Push(source.ReadBytes(source.ReadByte())); break;
            case PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8: stack.Push(source.ReadBytes(source.ReadUInt64())); break;

            case PickleOpcode.EmptyTuple: stack.Push(Array.Empty<object?>()); break;
            case PickleOpcode.Tuple: stack.Push(stack.PopToMark()); break;
            case PickleOpcode.Tuple1: stack.Push(stack.Pop(1)); break;
            case PickleOpcode.Tuple2: stack.Push(stack.Pop(2)); break;
            case PickleOpcode.Tuple3: stack.Push(stack.Pop(3)); break;
            case PickleOpcode.EmptyList: stack.Push(new List<object?>()); break;
            case PickleOpcode.List: stack.Push(new List<object?>(stack.PopToMark())); break;
            case PickleOpcode.Append: Append(stack.Pop(1)); break;
            case PickleOpcode.Appends: Append(stack.PopToMark()); break;
            case PickleOpcode.EmptyDict: stack.Push(new PickleDictionary()); break;
            case PickleOpcode.Dict: MakeDictionary(stack.PopToMark()); break;
            case PickleOpcode.SetItem: SetItems(stack.Pop(2)); break;
            case PickleOpcode.SetItems: SetItems(stack.PopToMark()); break;

            case PickleOpcode.BinPut: memo[source.ReadByte()] = stack.Peek(); break;
            case PickleOpcode.LongBinPut: memo[source.ReadUInt32()] = stack.Peek(); break;
            case PickleOpcode.Memoize: memo[(uint)memo.Count] = stack.Peek(); break;
            case PickleOpcode.BinGet: stack.Push(FromMemo(source.ReadByte())); break;
            case PickleOpcode.LongBinGet: stack.Push(FromMemo(source.ReadUInt32())); break;

            case PickleOpcode.Global: stack.Push(host.FindGlobal(source.ReadLine(), source.ReadLine())); break;
            case PickleOpcode.StackGlobal: FindGlobal(stack.Pop(2)); break;
            // Sets occur only beside the weights. The elements are not needed.
            case PickleOpcode.EmptySet: stack.Push(new InertObject("set")); break;
            case PickleOpcode.AddItems: stack.PopToMark(); break;
            case PickleOpcode.FrozenSet:
                stack.PopToMark();
                stack.Push(new InertObject("frozenset"));
                break;
            case PickleOpcode.NewObjEx:
                stack.Pop();
                Call(stack.Pop<object?[]>("tuple"));
                break;
            case PickleOpcode.Reduce or PickleOpcode.NewObj: Call(stack.Pop<object?[]>("tuple")); break;
            case PickleOpcode.Build: SetState(stack.Pop()); break;
            case PickleOpcode.BinPersId: stack.Push(host.FindPersistent(stack.Pop())); break;
            default:
                throw new InvalidDataException(
                    $"the pickle has the instruction 0x{(byte)opcode:X2} at byte {source.Position - 1}, which no state dictionary needs.");
        }
    }

    private void PushInteger(byte[] bytes)
    {
        var number = new BigInteger(bytes);
        if (number >= long.MinValue && number <= long.MaxValue) stack.Push((long)number);
        else stack.Push(number);
    }

    private void Append(object?[] values)
    {
        if (stack.Peek() is not InertObject) stack.Peek<List<object?>>("list").AddRange(values);
    }

    private void MakeDictionary(object?[] items)
    {
        stack.Push(new PickleDictionary());
        SetItems(items);
    }

    private void SetItems(object?[] items)
    {
        if (stack.Peek() is InertObject) return;
        var dictionary = stack.Peek<PickleDictionary>("dictionary");
        if (items.Length % 2 != 0) throw new InvalidDataException("the pickle gives a dictionary a key without a value.");
        for (int i = 0; i < items.Length; i += 2) dictionary.Set(items[i], items[i + 1]);
    }

    private void FindGlobal(object?[] names)
    {
        if (names is not [string module, string name])
            throw new InvalidDataException("the pickle names a global by something other than two strings.");
        stack.Push(host.FindGlobal(module, name));
    }

    private void Call(object?[] arguments) => stack.Push(host.Call(stack.Pop(), arguments));

    private void SetState(object? state) => host.SetState(stack.Peek(), state);

    private object? FromMemo(uint index) =>
        memo.TryGetValue(index, out object? value) ? value
            : throw new InvalidDataException($"the pickle refers to memo number {index}, which it never set.");

    private static void RequireProtocol(byte protocol)
    {
        if (protocol > MaxProtocol) throw new InvalidDataException($"the pickle has protocol {protocol}, expected at most {MaxProtocol}.");
    }
}
