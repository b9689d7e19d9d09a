using System.Diagnostics.CodeAnalysis;
using FsCheck.Xunit;

namespace DeepSharp.Testing;

/// <summary>A property test whose generated cases depend only on DEEPSHARP_TEST_SEED; see <see cref="PropertyConfig"/>.</summary>
[SuppressMessage("Extensibility", "xUnit3003", Justification = "PropertyAttribute has no constructor that takes the source location.")]
public sealed class RepeatablePropertyAttribute : PropertyAttribute
{
    /// <summary>Sets the seed.</summary>
    public RepeatablePropertyAttribute()
    {
        Replay = PropertyConfig.Replay;
        QuietOnSuccess = true;
    }
}
