using System.Text.Json;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Tests.Tools;

/// <summary>Remembers what it was given last; renders a line, or what it is told to.</summary>
internal sealed class RecordingTemplate(string rendering = "prompt\n") : IChatTemplate
{
    public JsonElement Messages { get; private set; }

    public JsonElement? Tools { get; private set; }

    public Dictionary<string, string> Variables { get; } = [];

    public string Render(ChatPrompt prompt)
    {
        Messages = prompt.Messages.Clone();
        Tools = prompt.Tools?.Clone();
        Variables.Clear();
        foreach ((string name, JsonElement value) in prompt.Extra ?? new Dictionary<string, JsonElement>())
        {
            Variables[name] = value.GetRawText();
        }
        return rendering;
    }
}
