using System.Text.RegularExpressions;

namespace DeepSharp.Tensors.Tests.Simd;

/// <summary>The sources of the three vector types must be identical except for the width and the byte conversions.</summary>
public partial class SimdSourceTests
{
    [Theory]
    [InlineData(256)]
    [InlineData(512)]
    public void Vector_types_differ_only_in_width_and_byte_conversions(int bits) => Assert.Equal(Source(128), Source(bits));

    // The source without the byte conversions, and with the width removed from all names.
    private static string Source(int bits)
    {
        string source = File.ReadAllText(Path.Combine(Repository.Root, "src", "Tensors", "Simd", $"Simd{bits}.cs"));
        string rest = ByteMethods().Replace(source, "");
        Assert.Equal(2, ByteMethods().Count(source));
        return rest.Replace($"Vectors of {bits} bits", "").Replace($"Vector{bits}", "Vector").Replace($"Simd{bits}", "Simd");
    }

    [GeneratedRegex(@"public static [^\n]* (Load|Store)Bytes\(.*?\n    }\n", RegexOptions.Singleline)]
    private static partial Regex ByteMethods();
}
