namespace DeepSharp.Formats;

/// <summary>
/// The supported instructions of Python's pickle machine: those in state dictionaries that torch.save writes with protocols 2 to 5. All
/// others are refused.
/// </summary>
/// <remarks>Names and codes are those of CPython's <c>pickletools</c>.</remarks>
internal enum PickleOpcode : byte
{
    Mark = (byte)'(',
    Stop = (byte)'.',
    Pop = (byte)'0',
    PopMark = (byte)'1',
    Dup = (byte)'2',
    Proto = 0x80,
    Frame = 0x95,

    None = (byte)'N',
    NewTrue = 0x88,
    NewFalse = 0x89,
    BinInt = (byte)'J',
    BinInt1 = (byte)'K',
    BinInt2 = (byte)'M',
    Long1 = 0x8A,
    Long4 = 0x8B,
    BinFloat = (byte)'G',
    BinString = (byte)'T',
    ShortBinString = (byte)'U',
    BinUnicode = (byte)'X',
    ShortBinUnicode = 0x8C,
    BinUnicode8 = 0x8D,
    BinBytes = (byte)'B',
    ShortBinBytes = (byte)'C',
    BinBytes8 = 0x8E,
    ByteArray8 = 0x96,

    EmptyTuple = (byte)')',
    Tuple = (byte)'t',
    Tuple1 = 0x85,
    Tuple2 = 0x86,
    Tuple3 = 0x87,
    EmptyList = (byte)']',
    List = (byte)'l',
    Append = (byte)'a',
    Appends = (byte)'e',
    EmptyDict = (byte)'}',
    Dict = (byte)'d',
    SetItem = (byte)'s',
    SetItems = (byte)'u',
    EmptySet = 0x8F,
    AddItems = 0x90,
    FrozenSet = 0x91,

    BinPut = (byte)'q',
    LongBinPut = (byte)'r',
    Memoize = 0x94,
    BinGet = (byte)'h',
    LongBinGet = (byte)'j',

    Global = (byte)'c',
    StackGlobal = 0x93,
    Reduce = (byte)'R',
    NewObj = 0x81,
    NewObjEx = 0x92,
    Build = (byte)'b',
    BinPersId = (byte)'Q',
}
