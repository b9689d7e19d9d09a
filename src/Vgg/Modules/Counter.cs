namespace DeepSharp.Vgg;

/// <summary>A whole number of a module's state that forward passes raise, from any thread.</summary>
public sealed class Counter
{
    private long value;

    /// <summary>The number.</summary>
    public long Value
    {
        get => Interlocked.Read(ref value);
        set => Interlocked.Exchange(ref this.value, value);
    }

    /// <summary>Raises the number by one.</summary>
    /// <returns>The number before.</returns>
    public long Next() => Interlocked.Increment(ref value) - 1;
}
