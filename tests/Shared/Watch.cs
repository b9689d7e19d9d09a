namespace DeepSharp.Testing;

/// <summary>Progress that calls its action on the thread that reports.</summary>
public sealed class Watch<TValue>(Action<TValue> report) : IProgress<TValue>
{
    /// <inheritdoc/>
    public void Report(TValue value) => report(value);
}
