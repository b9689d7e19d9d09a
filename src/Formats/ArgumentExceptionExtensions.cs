using System.ComponentModel;

namespace DeepSharp.Formats;

/// <summary>Turns errors of arguments into errors of files and command lines, whose readers know no parameters.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ArgumentExceptionExtensions
{
    /// <summary>The message without the name of the parameter, which .NET puts behind it.</summary>
    public static string Reason(this ArgumentException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.ParamName is { Length: > 0 } name ? error.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : error.Message;
    }
}
