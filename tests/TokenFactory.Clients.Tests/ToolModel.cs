using System.Text.Json.Nodes;
using TokenFactory.Tests.Shared;

namespace TokenFactory.Clients.Tests;

/// <summary>The demonstration model with a chat template that tells it of tools, in the form of Hermes.</summary>
internal static class ToolModel
{
    private const string Template =
        """
        {%- if tools %}<|im_start|>system
        {% for tool in tools %}{{ tool | tojson }}
        {% endfor %}To call one: <tool_call>
        {"name": <function-name>, "arguments": <args-json-object>}
        </tool_call><|im_end|>
        {% endif %}
        {%- for message in messages %}<|im_start|>{{ message.role }}
        {% if message.content %}{{ message.content }}{% endif %}
        {%- for call in message.tool_calls or [] %}
        <tool_call>
        {"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
        </tool_call>{% endfor %}<|im_end|>
        {% endfor %}
        {%- if add_generation_prompt %}<|im_start|>assistant
        {% endif %}
        """;

    /// <summary>Writes it into a folder.</summary>
    public static void Write(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "models/demo")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }
        string path = Path.Combine(folder, "tokenizer_config.json");
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config["chat_template"] = Template;
        File.WriteAllText(path, config.ToJsonString());
    }
}
