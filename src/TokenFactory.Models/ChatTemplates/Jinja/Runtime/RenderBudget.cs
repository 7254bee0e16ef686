using System.Runtime.CompilerServices;
using System.Text;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Runtime;

/// <summary>
/// Counts what one rendering spends and ends it with a <see cref="ChatTemplateLimitException"/> when it is too much. Whoever
/// makes a text or a list charges its size before making it.
/// </summary>
internal sealed class RenderBudget(ChatTemplateLimits limits)
{
    // Text work is far cheaper than a node: this many characters count as one step.
    private const int CharactersPerStep = 64;

    // A list slot with its value, a map entry with its key: an upper estimate.
    private const int BytesPerItem = 64;

    private long _stepsLeft = limits.MaxSteps;
    private long _bytesLeft = limits.MaxAllocatedBytes;
    private int _callDepth;

    public int MaxOutputLength => limits.MaxOutputLength;

    public int MaxValueDepth => limits.MaxValueDepth;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step()
    {
        if (--_stepsLeft < 0)
            FailSteps();
    }

    public void Work(long steps)
    {
        _stepsLeft -= steps;
        if (_stepsLeft < 0)
            FailSteps();
    }

    /// <summary>Charges reading through a text.</summary>
    public void ReadText(long characters) => Work(characters / CharactersPerStep);

    /// <summary>Charges a search for <paramref name="needle"/> characters: its worst case is the product of both lengths.</summary>
    public void SearchText(long characters, long needle) =>
        Work((characters / CharactersPerStep) + (Math.Max(0, characters - needle) * needle / (CharactersPerStep * CharactersPerStep)));

    /// <summary>Charges a new text of that many UTF-16 units.</summary>
    public void AllocateText(long characters)
    {
        if (characters > limits.MaxOutputLength)
            FailLength();
        ReadText(characters);
        AllocateBytes((2 * characters) + 32);
    }

    /// <summary>Charges and appends one part of a text that is being built.</summary>
    public void AppendText(StringBuilder builder, string part)
    {
        AllocateText(part.Length);
        if (builder.Length > limits.MaxOutputLength - part.Length)
            FailLength();
        builder.Append(part);
    }

    /// <summary>Charges a new list, tuple or map of that many elements, or growth by as many.</summary>
    public void AllocateItems(long count)
    {
        if (count > _bytesLeft / BytesPerItem)
            FailBytes();
        Work(count);
        AllocateBytes((BytesPerItem * count) + 64);
    }

    public void EnterCall()
    {
        EnsureStack();
        if (++_callDepth > limits.MaxCallDepth)
        {
            throw new ChatTemplateLimitException(
                ChatTemplateLimit.Depth,
                $"macros or recursive loops nest deeper than {limits.MaxCallDepth} calls; the template probably recurses without end");
        }
    }

    public void ExitCall() => _callDepth--;

    public void CheckValueDepth(int depth)
    {
        if (depth > limits.MaxValueDepth)
        {
            throw new ChatTemplateLimitException(
                ChatTemplateLimit.Depth, $"a value nests deeper than {limits.MaxValueDepth} levels, or contains itself");
        }
    }

    /// <summary>Turns an exhausted thread stack, which would end the process, into an error.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EnsureStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new ChatTemplateLimitException(ChatTemplateLimit.Depth, "an expression or a block nests too deeply");
    }

    /// <summary>Walks a value's elements, one step each.</summary>
    public IEnumerable<TemplateValue> Iterate(TemplateValue value)
    {
        IEnumerable<TemplateValue> elements = value.Elements ?? throw NotIterable(value);
        return Metered(elements);
    }

    /// <summary>A new list of a value's elements.</summary>
    public List<TemplateValue> ToList(TemplateValue value)
    {
        if (value.Length is long length && value is not StringValue)
            AllocateItems(length);
        List<TemplateValue> items = [];
        foreach (TemplateValue item in Iterate(value))
        {
            if (value is StringValue or GeneratorValue)
                AllocateBytes(BytesPerItem);
            items.Add(item);
        }
        return items;
    }

    public static ChatTemplateException NotIterable(TemplateValue value) => new($"'{value.TypeName}' object is not iterable");

    private IEnumerable<TemplateValue> Metered(IEnumerable<TemplateValue> elements)
    {
        foreach (TemplateValue element in elements)
        {
            Step();
            yield return element;
        }
    }

    private void AllocateBytes(long bytes)
    {
        _bytesLeft -= bytes;
        if (_bytesLeft < 0)
            FailBytes();
    }

    private void FailSteps() => throw new ChatTemplateLimitException(
        ChatTemplateLimit.Steps, $"the rendering took more than {limits.MaxSteps} steps; the template probably loops without end");

    private void FailLength() => throw new ChatTemplateLimitException(
        ChatTemplateLimit.OutputLength, $"a text would grow beyond {limits.MaxOutputLength} characters");

    private void FailBytes() => throw new ChatTemplateLimitException(
        ChatTemplateLimit.AllocatedBytes, $"the rendering's values would take more than {limits.MaxAllocatedBytes} bytes");
}
