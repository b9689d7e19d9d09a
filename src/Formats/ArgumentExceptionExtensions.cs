using System.ComponentModel;

namespace DeepSharp.Formats;

/// <summary>Formats argument errors for messages whose reader does not know the library's parameter names.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ArgumentExceptionExtensions
{
    /// <summary>The message without the parameter name that .NET appends.</summary>
    public static string Reason(this ArgumentException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.ParamName is { Length: > 0 } name
            ? error.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
            : error.Message;
    }
}
