namespace DeepSharp.Formats;

/// <summary>The stack of the pickle machine: values, and marks below which nothing can be taken but by the instruction that takes the mark.</summary>
internal sealed class PickleStack
{
    private readonly List<object?> values = [];
    private readonly List<int> marks = [];

    public void Push(object? value) => values.Add(value);

    public object? Pop()
    {
        object? value = Peek();
        values.RemoveAt(values.Count - 1);
        return value;
    }

    public object? Peek() => values.Count > Bottom ? values[^1] : throw new InvalidDataException("the pickle takes a value from an empty stack.");

    /// <summary>The value on top, which must be of a kind.</summary>
    public TValue Peek<TValue>(string kind) => Peek() is TValue value ? value : throw new InvalidDataException($"the pickle uses something as a {kind} that is none.");

    /// <summary>Takes the value on top, which must be of a kind.</summary>
    public TValue Pop<TValue>(string kind)
    {
        var value = Peek<TValue>(kind);
        Pop();
        return value;
    }

    public void Mark() => marks.Add(values.Count);

    /// <summary>Takes the last mark and all values above it, the lowest first.</summary>
    public object?[] PopToMark()
    {
        if (marks.Count == 0) throw new InvalidDataException("the pickle goes back to a mark that it never set.");
        object?[] taken = Pop(values.Count - Bottom);
        marks.RemoveAt(marks.Count - 1);
        return taken;
    }

    /// <summary>Takes a number of values, the lowest first.</summary>
    public object?[] Pop(int count)
    {
        if (values.Count - count < Bottom) throw new InvalidDataException("the pickle takes a value from an empty stack.");
        object?[] taken = new object?[count];
        values.CopyTo(values.Count - count, taken, 0, count);
        values.RemoveRange(values.Count - count, count);
        return taken;
    }

    private int Bottom => marks.Count == 0 ? 0 : marks[^1];
}
