using TokenFactory.Api.Admission;
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
        AcceptedFields.CheckInChat(fields);
        ChatCompletionRequest request = GenerateFields.Read(fields, new ChatCompletionRequest { Messages = ChatMessages.Read(fields) }) with
        {
            MaxCompletionTokens = GenerateFields.AtLeastOne("max_completion_tokens", fields.Integer("max_completion_tokens")),
            Logprobs = fields.Flag("logprobs") ?? false,
            TopLogprobs = fields.Integer("top_logprobs"),
            AddGenerationPrompt = fields.Flag("add_generation_prompt") ?? true,
            ChatTemplateKwargs = ChatVariables.Read(fields),
            Tools = fields.Find("tools"),
            ToolChoice = fields.Find("tool_choice"),
            ParallelToolCalls = fields.Flag("parallel_tool_calls") ?? true,
            ToolUse = ToolFields.Read(fields),
            ReasoningEffort = fields.Text("reasoning_effort"),
            ServiceTier = ServiceTiers.Check(fields.Text("service_tier")),
        };
        if (request is { IgnoreEos: true, ToolUse.Choice: ToolChoice.Required })
        {
            throw ApiException.Invalid("tool_choice ends an answer where the call's arguments do; ignore_eos goes on. Leave one of them out.", "ignore_eos");
        }
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
}
