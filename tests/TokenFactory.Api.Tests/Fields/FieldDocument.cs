using System.Text;

namespace TokenFactory.Api.Tests.Fields;

/// <summary>The text of <c>docs/api.md</c>.</summary>
internal static class FieldDocument
{
    private const string Head = """
        # What becomes of each field
        Written by a test from the table that the server is held to; change the table (`FieldCatalog`) and run the tests with
        `TOKENFACTORY_WRITE_DOCS=1`. **Honoured**: it does what the protocol says. **Accepted**: it is checked and changes nothing.
        **Refused**: 400 with its name, because ignoring it would give another answer than was asked for. Unknown fields are ignored.

        Calls of tools and reasoning are read from the model's text in the form that its chat template shows: Hermes and Qwen, Llama 3,
        Mistral (both forms), gpt-oss; `<think>` of DeepSeek and Qwen. A model's `ToolFormat` and `ReasoningFormat` in the configuration
        override that. A model whose calls are written otherwise refuses `tools`. Arguments are as the model wrote them, save in a
        forced call: nothing makes sure that they are JSON, or fit the schema.


        """;

    private const string Responses = """
        Translated to the chat completion that asks for the same. Beyond OpenAI's description: `top_k`, `min_p`, `repetition_penalty`, `seed`,
        `ignore_eos`, `cache_salt` and `chat_template_kwargs`, as there. `POST /v1/responses/input_tokens` counts the prompt of the same body.


        """;

    private const string Messages = """
        ## `POST /v1/messages`
        Translated to the chat completion that asks for the same, and answered in Anthropic's form. Honoured: `model`, `max_tokens`
        (required), `messages` (`text`, `tool_use`, `tool_result`, `thinking`), `system`, `tools` of the client's own, `tool_choice` with
        `disable_parallel_tool_use`, `stop_sequences`, `stream`, `temperature`, `top_p`, `top_k`, `thinking` (the template's
        `enable_thinking`; `budget_tokens` is only a hint), `service_tier`. Accepted: `metadata`, `cache_control`. Refused: images and
        documents, tools that run on Anthropic's servers, `mcp_servers`, `container`, `context_management`, `output_config`, and messages
        that end with the assistant. `input_tokens` leaves out what `cache_read_input_tokens` counts.

        """;

    public static string Write()
    {
        StringBuilder text = new(Head.ReplaceLineEndings("\n"));
        AddTable(text, "`POST /v1/chat/completions`", FieldCatalog.Chat);
        AddTable(text, "`POST /v1/chat/completions`, beyond OpenAI's description", FieldCatalog.Beyond);
        AddTable(text, "`POST /v1/completions`", FieldCatalog.Completions);
        AddTable(text, "`POST /v1/responses`", FieldCatalog.Responses);
        text.Append(Responses.ReplaceLineEndings("\n"));
        AddTable(text, "`POST /v1/embeddings`", FieldCatalog.Embeddings);
        AddTable(text, "`POST /v1/embeddings`, beyond OpenAI's description", FieldCatalog.EmbeddingsBeyond);
        return text.Append(Messages.ReplaceLineEndings("\n")).ToString();
    }

    private static void AddTable(StringBuilder text, string title, IReadOnlyList<FieldEntry> fields)
    {
        text.Append("## ").Append(title).Append("\n| field | | how, or why |\n|---|---|---|\n");
        foreach (FieldEntry field in fields)
        {
            text.Append("| `").Append(field.Name).Append("` | ").Append(field.Treatment.ToString().ToLowerInvariant()).Append(" | ").Append(field.Note).Append(" |\n");
        }
        text.Append('\n');
    }
}
