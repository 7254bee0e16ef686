using System.Text.Json;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;
using TokenFactory.Engine.Sampling;

namespace TokenFactory.Api.ChatCompletions;

/// <summary>Reads a chat completion request from its body.</summary>
internal static class ChatCompletionReader
{
    /// <exception cref="ApiException">A field is missing, of the wrong type, out of its bounds or not supported.</exception>
    public static ChatCompletionRequest Read(JsonFields fields)
    {
        UnsupportedFields.RefuseInChat(fields);
        ChatCompletionRequest request = GenerateFields.Read(fields, new ChatCompletionRequest { Messages = ChatMessages.Read(fields) }) with
        {
            MaxCompletionTokens = GenerateFields.AtLeastOne("max_completion_tokens", fields.Integer("max_completion_tokens")),
            Logprobs = fields.Flag("logprobs") ?? false,
            TopLogprobs = fields.Integer("top_logprobs"),
            AddGenerationPrompt = fields.Flag("add_generation_prompt") ?? true,
            ChatTemplateKwargs = ReadVariables(fields),
        };
        if (request.TopLogprobs is { } top)
        {
            GenerateFields.Within("top_logprobs", top, 0, SamplingParameters.MostTopLogprobs);
            if (top > 0 && !request.Logprobs)
            {
                throw ApiException.Invalid("top_logprobs needs logprobs to be true.", "top_logprobs");
            }
        }
        return request;
    }

    private static Dictionary<string, JsonElement>? ReadVariables(JsonFields fields)
    {
        if (fields.Object("chat_template_kwargs") is not { } variables)
        {
            return null;
        }
        Dictionary<string, JsonElement> byName = [];
        foreach (JsonProperty variable in variables.Enumerate())
        {
            byName[variable.Name] = variable.Value;
        }
        return byName;
    }
}
