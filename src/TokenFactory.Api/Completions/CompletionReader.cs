using System.Text.Json;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;
using TokenFactory.Engine.Sampling;

namespace TokenFactory.Api.Completions;

/// <summary>Reads a completion request from its body.</summary>
internal static class CompletionReader
{
    /// <exception cref="ApiException">A field is missing, of the wrong type, out of its bounds or not supported.</exception>
    public static CompletionRequest Read(JsonFields fields)
    {
        UnsupportedFields.RefuseInCompletions(fields);
        JsonElement prompt = fields.Find("prompt") ?? throw ApiException.Invalid("prompt is missing.", "prompt");
        CompletionRequest request = GenerateFields.Read(fields, new CompletionRequest { Prompt = prompt }) with
        {
            Logprobs = fields.Integer("logprobs"),
            Echo = fields.Flag("echo") ?? false,
        };
        if (request.Logprobs is { } logprobs)
        {
            GenerateFields.Within("logprobs", logprobs, 0, SamplingParameters.MostTopLogprobs);
            if (request.Echo)
            {
                throw ApiException.Invalid("echo together with logprobs is not supported: prompts have no log probabilities here.", "echo", "unsupported_parameter");
            }
        }
        if (fields.Integer("best_of") is { } best && best != request.N)
        {
            throw ApiException.Invalid($"best_of is {best} and n is {request.N}; choosing among answers is not supported. Leave best_of out.", "best_of", "unsupported_parameter");
        }
        return request;
    }
}
