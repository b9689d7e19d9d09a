namespace DeepSharp.Testing;

/// <summary>Calls an action for each report, on the reporting thread, unlike <see cref="Progress{T}"/>.</summary>
public sealed class Watch<TValue>(Action<TValue> report) : IProgress<TValue>
{
    /// <inheritdoc/>
    public void Report(TValue value) => report(value);
}
