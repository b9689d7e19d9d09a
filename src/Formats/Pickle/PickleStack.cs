namespace DeepSharp.Formats;

/// <summary>The stack of the pickle machine: values and marks. Values below a mark are inaccessible until the mark is popped.</summary>
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

    public object? Peek() =>
        values.Count > Bottom ? values[^1] : throw new InvalidDataException("the pickle takes a value from an empty stack.");

    /// <summary>The top value, which must be a <paramref name="kind"/>.</summary>
    public TValue Peek<TValue>(string kind) =>
        Peek() is TValue value ? value : throw new InvalidDataException($"expected a {kind} on the pickle's stack, found something else.");

    /// <summary>Pops the top value, which must be a <paramref name="kind"/>.</summary>
    public TValue Pop<TValue>(string kind)
    {
        var value = Peek<TValue>(kind);
        Pop();
        return value;
    }

    public void Mark() => marks.Add(values.Count);

    /// <summary>Pops the topmost mark and all values above it. Returns the values, lowest first.</summary>
    public object?[] PopToMark()
    {
        if (marks.Count == 0) throw new InvalidDataException("the pickle refers to a mark that it never set.");
        object?[] popped = Pop(values.Count - Bottom);
        marks.RemoveAt(marks.Count - 1);
        return popped;
    }

    /// <summary>Pops a number of values. Returns them, lowest first.</summary>
    public object?[] Pop(int count)
    {
        if (values.Count - count < Bottom) throw new InvalidDataException("the pickle takes a value from an empty stack.");
        object?[] popped = new object?[count];
        values.CopyTo(values.Count - count, popped, 0, count);
        values.RemoveRange(values.Count - count, count);
        return popped;
    }

    private int Bottom => marks.Count == 0 ? 0 : marks[^1];
}
