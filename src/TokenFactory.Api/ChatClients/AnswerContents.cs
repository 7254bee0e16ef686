using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using TokenFactory.Api.Dialects;

namespace TokenFactory.Api.ChatClients;

/// <summary>The parts of one answer as contents of Microsoft.Extensions.AI: texts piece by piece, calls whole, once their arguments have ended.</summary>
/// <param name="withReasoning">Whether what the model thinks is wanted.</param>
internal sealed class AnswerContents(bool withReasoning) : GatheredParts
{
    private readonly ArrayBufferWriter<byte> _arguments = new();
    private List<AIContent> _ready = [];
    private (string Id, string Name)? _call;

    /// <summary>What has come since the last look; the caller's own from now on.</summary>
    public List<AIContent> Take()
    {
        Flush();
        List<AIContent> taken = _ready;
        _ready = [];
        return taken;
    }

    /// <summary>The arguments of the call that began last have ended.</summary>
    public void EndCall()
    {
        Flush();
        CloseCall();
    }

    protected override void WriteContent(ReadOnlySpan<byte> text)
    {
        CloseCall();
        _ready.Add(new TextContent(Encoding.UTF8.GetString(text)));
    }

    protected override void WriteReasoning(ReadOnlySpan<byte> text)
    {
        CloseCall();
        if (withReasoning)
        {
            _ready.Add(new TextReasoningContent(Encoding.UTF8.GetString(text)));
        }
    }

    protected override void WriteCall(int index, string id, string name)
    {
        CloseCall();
        _call = (id, name);
    }

    protected override void WriteArguments(int index, ReadOnlySpan<byte> json) => _arguments.Write(json);

    private void CloseCall()
    {
        if (_call is not { } call)
        {
            return;
        }
        _call = null;
        // Arguments that are no JSON object are no fault of the caller's: the content carries the exception.
        _ready.Add(FunctionCallContent.CreateFromParsedArguments(
            Encoding.UTF8.GetString(_arguments.WrittenSpan), call.Id, call.Name, static json => json.Length == 0 ? null : ReadArguments(json)));
        _arguments.ResetWrittenCount();
    }

    private static Dictionary<string, object?> ReadArguments(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(pair => pair.Name, pair => (object?)pair.Value.Clone());
    }
}
