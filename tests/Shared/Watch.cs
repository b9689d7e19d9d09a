namespace DeepSharp.Testing;

/// <summary>Progress that is told on the thread that reports it.</summary>
public sealed class Watch<TValue>(Action<TValue> report) : IProgress<TValue>
{
    /// <inheritdoc/>
    public void Report(TValue value) => report(value);
}
