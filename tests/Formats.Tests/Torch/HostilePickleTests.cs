using System.Diagnostics;
using System.IO.Compression;

namespace DeepSharp.Formats.Tests.Torch;

/// <summary>Pickles that do more than describe tensors are refused with one line that names called functions. None is executed.</summary>
public sealed class HostilePickleTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string FilePath => folder["weights.pth"];

    /// <summary>The instructions of a pickle, and a part of the expected error.</summary>
    public static TheoryData<string, string> Hostile => new()
    {
        // Calls of os.system("touch hacked") in all encodings, and calls of or references to other functions.
        { "cos\nsystem\nX\u000C\0\0\0touch hacked\u0085R", "os.system" },
        { "cposix\nsystem\nX\u000C\0\0\0touch hacked\u0085R", "posix.system" },
        { "X\u0002\0\0\0osX\u0006\0\0\0system\u0093X\u000C\0\0\0touch hacked\u0085R", "os.system" },
        { "c__builtin__\neval\nX\u0001\0\0\01\u0085R", "__builtin__.eval" },
        { "cbuiltins\nexec\nX\u0001\0\0\01\u0085R", "builtins.exec" },
        { "cbuiltins\ngetattr\n", "builtins.getattr" },
        { "csubprocess\nPopen\n)\u0081", "subprocess.Popen" },
        { "cSystem.Diagnostics.Process\nStart\n", "System.Diagnostics.Process.Start" },
        { "ctorch.hub\nload\n", "torch.hub.load" },
        { "ctorch\nload\n", "torch.load" },
        { "ctorch\nfloat32.__class__\n", "torch.float32.__class__" },
        { "cnumpy.core.multiarray\n_reconstruct\n", "numpy.core.multiarray._reconstruct" },
        { "cevil\u001b[2J\nname\n", "evil?[2J.name" },
        // Instructions that torch.save never writes, including those that call a function.
        { "(X\u0002\0\0\0lsios\nsystem\n", "0x69" },
        { "(cos\nsystem\no", "0x6F" },
        { "(o", "0x6F" },
        { "P1\n", "0x50" },
        { "\u0082\u0001", "0x82" },
        { "\u0092", "empty stack" },
        { "\u0097", "0x97" },
        { "I1\n", "0x49" },
        { "\u00FF", "0xFF" },
        // Allowed objects in places where they are invalid.
        { "K\u0001)R", "not a function" },
        { "ctorch\nFloatStorage\n)R", "not a function" },
        { "ctorch\nSize\n)R", "argument" },
        { "ctorch._utils\n_rebuild_tensor_v2\n)R", "storage, offset, lengths and strides" },
        { "ctorch\nSize\n}b", "has none" },
        { "]K\u0001b", "has none" },
        { "K\u0001Q", "storage of a known type" },
        { "(X\u0006\0\0\0moduletQ", "storage of a known type" },
        { "}K\u0001K\u0002a", "list" },
        { "]K\u0001K\u0002s", "dictionary" },
        { "}(K\u0001u", "without a value" },
        { "\u0081", "empty stack" },
        { "", "empty stack" },
        { "t", "mark" },
        { "(0", "empty stack" },
        { "h\u0001", "number 1" },
        { "\u0080\u0006", "protocol 6" },
        // Lengths beyond the end of the file.
        { "X\u00FF\u00FF\u00FF\u00FFa", "truncated" },
        { "\u008E\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FFa", "truncated" },
        { "\u008B\u00FF\u00FF\u00FF\u007Fa", "truncated" },
        // Harmless pickles without a state dictionary.
        { "N", "expected a state dictionary" },
        { "}", "without tensors" },
        { "}X\u0001\0\0\0aK\u0001s", "without tensors" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_hostile_pickle_is_refused(string instructions, string reason)
    {
        byte[] pickle = PickleBytes.Pickle(PickleBytes.Bytes(instructions));
        PickleBytes.WriteZip(FilePath, pickle);
        RequireRefused(reason);
        File.WriteAllBytes(FilePath, PickleBytes.Legacy(pickle));
        RequireRefused(reason);
        Assert.Equal([FilePath], Directory.GetFileSystemEntries(folder.Path));
        Assert.False(File.Exists("hacked"));
    }

    [Fact]
    public void The_same_files_are_read_when_the_pickle_is_harmless()
    {
        byte[] pickle = PickleBytes.Pickle(PickleBytes.OneTensor);
        PickleBytes.WriteZip(FilePath, pickle);
        RequireRead();
        File.WriteAllBytes(FilePath, PickleBytes.Legacy(pickle));
        RequireRead();

        void RequireRead()
        {
            using var file = WeightsFile.Open(FilePath);
            using var tensor = file.Read<float>("w", TestContexts.Default);
            Assert.Equal([0, 0, 0, 0], tensor.ToArray());
        }
    }

    /// <summary>Training checkpoints contain objects of other classes beside the weights.</summary>
    [Theory]
    [InlineData("cargparse\nNamespace\n)\u0081}X\u0001\0\0\0aK\u0001sb")]
    [InlineData("c__builtin__\nset\n](K\u0001K\u0002e\u0085R")]
    [InlineData("\u008F(K\u0001K\u0002\u0090")]
    [InlineData("(K\u0001K\u0002\u0091")]
    [InlineData("\u0096\u0002\0\0\0\0\0\0\0ab")]
    [InlineData("cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nX\u0002\0\0\0f8\u0085RC\u0002ab\u0086R")]
    [InlineData("ccollections\ndefaultdict\nc__builtin__\nlist\n\u0085RX\u0001\0\0\0aK\u0001s")]
    [InlineData("cmodels\nConfig\n)}\u0092")]
    [InlineData("cos\nsystem\nX\u000C\0\0\0touch hacked\u0085R")]
    [InlineData("cbuiltins\neval\nX\u0012\0\0\0open('hacked','w')\u0085R")]
    public void Other_objects_beside_the_weights_are_read_without_effect(string instructions)
    {
        byte[] pickle = PickleBytes.Pickle(
        [
            .. PickleBytes.Bytes("}(X\u0005\0\0\0other"), .. PickleBytes.Bytes(instructions),
            .. PickleBytes.Bytes("X\u0005\0\0\0model"), .. PickleBytes.OneTensor, (byte)'u',
        ]);
        PickleBytes.WriteZip(FilePath, pickle);
        using var file = WeightsFile.Open(FilePath);
        Assert.Equal("w", Assert.Single(file.Tensors).Key);
        Assert.False(File.Exists("hacked"));
    }

    /// <summary>A weight of an unknown class must not be taken for one that the network does not have.</summary>
    [Fact]
    public void An_unknown_object_in_place_of_a_weight_is_refused()
    {
        PickleBytes.WriteZip(FilePath, PickleBytes.Pickle(
            [.. PickleBytes.OneTensor, .. PickleBytes.Bytes("X\u0009\0\0\0conv.biascquantized\nQTensor\n)Rs")]));
        RequireRefused("expected \"conv.bias\" to be a tensor, found the Python object quantized.QTensor, which was not loaded.");
    }

    [Theory]
    [InlineData("]")]
    [InlineData("}")]
    [InlineData("K\u0001")]
    public void Any_other_object_in_place_of_a_weight_is_refused(string instructions)
    {
        PickleBytes.WriteZip(FilePath, PickleBytes.Pickle(
            [.. PickleBytes.OneTensor, .. PickleBytes.Bytes($"X\u0009\0\0\0conv.bias{instructions}s")]));
        RequireRefused("expected \"conv.bias\" to be a tensor, found another object.");
    }

    [Fact]
    public void A_tuple_with_one_state_dictionary_is_read()
    {
        PickleBytes.WriteZip(FilePath, PickleBytes.Pickle([.. PickleBytes.OneTensor, .. PickleBytes.Bytes("K\u0005\u0086")]));
        using var file = WeightsFile.Open(FilePath);
        Assert.Equal("w", Assert.Single(file.Tensors).Key);
    }

    [Theory]
    [InlineData("K\0K\u0004\u0085K\u0001\u0085", "K\u0001K\u0004\u0085K\u0001\u0085", "not within its storage of 4")]
    [InlineData("K\0K\u0004\u0085K\u0001\u0085", "K\0K\u0005\u0085K\u0001\u0085", "not within its storage of 4")]
    [InlineData("K\0K\u0004\u0085K\u0001\u0085", "K\0K\u0004\u0085K\u0002\u0085", "not within its storage of 4")]
    [InlineData("K\0K\u0004\u0085K\u0001\u0085", "J\u00FF\u00FF\u00FF\u00FFK\u0004\u0085K\u0001\u0085", "not within its storage of 4")]
    [InlineData("K\0K\u0004\u0085K\u0001\u0085", "K\0J\u00FF\u00FF\u00FF\u00FF\u0085K\u0001\u0085", "not within its storage of 4")]
    [InlineData("K\0K\u0004\u0085K\u0001\u0085", "K\u0003K\u0004\u0085J\u00FF\u00FF\u00FF\u00FF\u0085", "not within its storage of 4")]
    [InlineData("K\0K\u0004\u0085K\u0001\u0085", "K\0K\u0004\u0085)", "1 dimensions and 0 strides")]
    [InlineData("K\0K\u0004\u0085K\u0001\u0085", "K\0\u008A\u0008\0\0\0\0\0\0\0\u0001\u0085K\0\u0085", "not within its storage of 4")]
    [InlineData("K\0K\u0004\u0085K\u0001\u0085", "K\0\u008A\u0005\0\0\0\0\u0001\u0085K\0\u0085", "16 times")]
    [InlineData(
        "K\0K\u0004\u0085K\u0001\u0085",
        "K\0\u008A\u0009\0\0\0\0\0\0\0\0\u0001\u0085K\0\u0085",
        "storage, offset, lengths and strides")]
    [InlineData("K\u0004tQ", "K\u0005tQ", "should have 5 elements")]
    [InlineData("FloatStorage", "DoubleStorage", "should have 4 elements of type F64")]
    [InlineData("FloatStorage", "QInt8Storage", "torch.QInt8Storage")]
    public void A_tensor_outside_of_its_storage_is_refused(string part, string replacement, string reason)
    {
        string instructions = string.Concat(PickleBytes.OneTensor.Select(value => (char)value));
        Assert.Contains(part, instructions, StringComparison.Ordinal);
        instructions = instructions.Replace(part, replacement, StringComparison.Ordinal);
        PickleBytes.WriteZip(FilePath, PickleBytes.Pickle(PickleBytes.Bytes(instructions)));
        RequireRefused(reason);
    }

    [Fact]
    public void Deeply_nested_lists_are_refused_without_recursion()
    {
        // 300,000 nested lists. In a recursive reader, the stack overflow would end the process.
        byte[] instructions = [.. Enumerable.Repeat((byte)']', 300_000), .. Enumerable.Repeat((byte)'a', 299_999)];
        PickleBytes.WriteZip(FilePath, PickleBytes.Pickle(instructions));
        RequireRefused("another object");
    }

    [Theory]
    [InlineData("}0", 1_000_000)]
    [InlineData("}", 2_000_000)]
    [InlineData("}q\u0001", 1_000_000)]
    public void The_number_of_instructions_is_bounded(string instructions, int times)
    {
        PickleBytes.WriteZip(FilePath, PickleBytes.Pickle(PickleBytes.Bytes(string.Concat(Enumerable.Repeat(instructions, times)))));
        RequireRefused("more than 1048576 instructions");
    }

    [Fact]
    public void A_tensor_of_many_dimensions_is_refused_before_its_shape_is_copied()
    {
        string lengths = Memoized("(" + Repeated("K\u0001", 100_000) + "t", 0);
        RequireRefusedCheaply(lengths + Tensors("h\0", "h\0", times: 500), "100000 dimensions");
    }

    [Fact]
    public void The_total_number_of_dimensions_of_all_tensors_is_bounded() =>
        RequireRefusedCheaply(
            Memoized("(" + Repeated("K\u0001", 64) + "t", 0) + Tensors("h\0", "h\0", times: 200_000), "copies more than 1048576");

    [Fact]
    public void The_total_number_of_entries_of_all_dictionaries_is_bounded()
    {
        string pairs = Memoized("X\u0001\0\0\0aK\u0001\u0086", 0) + "0" + Memoized("](" + Repeated("h\0", 100_000) + "e", 1);
        string call = Memoized("ccollections\nOrderedDict\n", 2) + Memoized("h\u0001\u0085", 3);
        RequireRefusedCheaply(pairs + call + Repeated("h\u0002h\u0003R0", 10_000), "copies more than 1048576");
    }

    [Fact]
    public void A_dictionary_that_occurs_under_many_names_is_searched_once()
    {
        var keys = Enumerable.Range(100_000, 100_000);
        string inner = Memoized("}(" + string.Concat(keys.Select(key => $"X\u0006\0\0\0{key}K\u0001")) + "u", 0);
        RequireRefusedCheaply(
            inner + "}(" + string.Concat(keys.Select(key => $"X\u0006\0\0\0{key}h\0")) + "u", "without tensors");
    }

    [Fact]
    public void A_long_key_is_refused()
    {
        string key = Memoized("X\0\0\u0010\0" + new string('a', 1 << 20), 0);
        RequireRefusedCheaply(key + "}(" + Repeated("h\0K\u0001", 10_000) + "u", "a key of 1048576 characters");
    }

    [Fact]
    public void The_total_size_of_the_gaps_between_tensor_elements_is_bounded()
    {
        // 100 tensors of two elements that are 1 MiB apart.
        const int Count = 1 << 18;
        string storage = Memoized("(X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\00X\u0003\0\0\0cpuJ\0\0\u0004\0tQ", 0);
        string tensor = Memoized("ctorch._utils\n_rebuild_tensor_v2\n(h\0K\0K\u0002\u0085J\u00FF\u00FF\u0003\0\u0085\u0089}tR", 1);
        string dictionary = "}(" + string.Concat(Enumerable.Range(100, 100).Select(key => $"X\u0003\0\0\0{key}h\u0001")) + "u";
        RequireRefusedCheaply(storage + tensor + dictionary, "more than 16 times", sizeof(float) * Count);
    }

    [Fact]
    public void The_length_of_a_pickle_is_bounded()
    {
        byte[] text = [.. PickleBytes.Bytes("X\0\0\0\u0001"), .. new byte[1 << 24]];
        PickleBytes.WriteZip(FilePath, PickleBytes.Pickle(text));
        RequireRefused("longer than 16777216 bytes");
        Assert.True(WeightsFuzz.Allocated(() => RequireRefused("longer")) < 1 << 20);
    }

    [Fact]
    public void A_compressed_archive_is_refused_before_it_is_decompressed()
    {
        byte[] bomb = new byte[50_000_000];
        PickleBytes.WriteZip(FilePath, bomb, CompressionLevel.Fastest);
        Assert.True(new FileInfo(FilePath).Length < 1_000_000);
        RequireRefused("compressed");
        Assert.True(WeightsFuzz.Allocated(() => RequireRefused("compressed")) < 1 << 20);
    }

    public void Dispose() => folder.Dispose();

    private static string Repeated(string instructions, int times) => string.Concat(Enumerable.Repeat(instructions, times));

    // Stores the result of the instructions in the memo under a number, and leaves it on the stack.
    private static string Memoized(string instructions, int number) => $"{instructions}q{(char)number}";

    // Creates the same tensor many times, and pops each result from the stack.
    private static string Tensors(string shape, string strides, int times) =>
        Memoized("ctorch._utils\n_rebuild_tensor_v2\n", 8)
        + Memoized($"((X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\00X\u0003\0\0\0cpuK\u0004tQK\0{shape}{strides}\u0089}}t", 9)
        + Repeated("h\u0008h\u0009R0", times);

    private void RequireRefusedCheaply(string instructions, string reason, int storageLength = 16)
    {
        PickleBytes.WriteZip(FilePath, PickleBytes.Pickle(PickleBytes.Bytes(instructions)), storageLength: storageLength);
        long started = Stopwatch.GetTimestamp();
        long allocated = WeightsFuzz.Allocated(() => RequireRefused(reason));
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.InRange(allocated, 0, 100 << 20);
    }

    private void RequireRefused(string reason)
    {
        var error = Assert.Throws<InvalidDataException>(() => WeightsFile.Open(FilePath));
        Assert.StartsWith($"{FilePath}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.True(error.Message.Length < 600, error.Message);
    }
}
