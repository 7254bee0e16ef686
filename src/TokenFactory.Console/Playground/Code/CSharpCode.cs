using System.Text;
using System.Text.Json.Nodes;

namespace TokenFactory.Web.Playground.Code;

/// <summary>
/// The request with the official package <c>OpenAI</c>. Its chat client has types for most fields; the rest is set as JSON on the
/// options. It has no client for completions, so these go through its pipeline.
/// </summary>
public static class CSharpCode
{
    // The package has no place for a header of one request; a policy adds it to all of the client's.
    private const string HeaderPolicy = """

        internal sealed class HeaderPolicy(string name, string value) : PipelinePolicy
        {
            public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
            {
                message.Request.Headers.Set(name, value);
                ProcessNext(message, pipeline, currentIndex);
            }

            public override ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
            {
                message.Request.Headers.Set(name, value);
                return ProcessNextAsync(message, pipeline, currentIndex);
            }
        }

        """;

    public static string Write(CodeRequest request) => request.IsChat ? WriteChat(request) : WriteCompletion(request);

    private static string WriteChat(CodeRequest request)
    {
        StringBuilder code = new();
        code.Append("using System.ClientModel;\nusing System.ClientModel.Primitives;\nusing OpenAI;\nusing OpenAI.Chat;\n\n");
        // The package marks the seed and fields of other servers as not final.
        code.Append("#pragma warning disable OPENAI001, SCME0001\n\n");
        AppendOptions(code, request);
        if (request.Lane is { } lane)
        {
            code.Append($"clientOptions.AddPolicy(new HeaderPolicy(\"{LaneNames.Header}\", {QuotedText.Of(lane)}), PipelinePosition.PerCall);\n");
        }
        code.Append($"ChatClient client = new({QuotedText.Of(request.Model)}, new ApiKeyCredential(Environment.GetEnvironmentVariable(\"{CodeRequest.KeyVariable}\")!), clientOptions);\n\n");
        code.Append("ChatMessage[] messages =\n[\n");
        foreach (CodeMessage message in request.Messages!)
        {
            code.Append($"    new {ClassOf(message.Role)}({QuotedText.Of(message.Content)}),\n");
        }
        code.Append("];\nChatCompletionOptions options = new()\n{\n");
        List<string> patches = [];
        foreach ((string name, JsonNode value) in request.Fields)
        {
            if (MemberOf(name, value) is { } member)
            {
                code.Append($"    {member},\n");
            }
            else
            {
                patches.Add($"options.Patch.Set(\"$.{name}\"u8, BinaryData.FromString({QuotedText.Of(value.ToJsonString())}));\n");
            }
        }
        code.Append("};\n").AppendJoin("", patches);
        code.Append("\nChatCompletion completion = client.CompleteChat(messages, options);\nConsole.WriteLine(completion.Content[0].Text);\n");
        code.Append(request.Lane is null ? "" : HeaderPolicy);
        return code.ToString();
    }

    private static string WriteCompletion(CodeRequest request)
    {
        StringBuilder code = new();
        code.Append("using System.ClientModel;\nusing System.ClientModel.Primitives;\nusing System.Text.Json;\nusing OpenAI;\n\n");
        AppendOptions(code, request);
        code.Append($"OpenAIClient client = new(new ApiKeyCredential(Environment.GetEnvironmentVariable(\"{CodeRequest.KeyVariable}\")!), clientOptions);\n\n");
        code.Append("// The package has no client for completions; the request goes through its pipeline.\n");
        code.Append("using PipelineMessage message = client.Pipeline.CreateMessage();\n");
        code.Append($"message.Request.Method = \"POST\";\nmessage.Request.Uri = new Uri({QuotedText.Of($"{request.BaseUrl}/{request.Path}")});\n");
        code.Append("message.Request.Headers.Set(\"Content-Type\", \"application/json\");\n");
        if (request.Lane is { } lane)
        {
            code.Append($"message.Request.Headers.Set(\"{LaneNames.Header}\", {QuotedText.Of(lane)});\n");
        }
        code.Append($"message.Request.Content = BinaryContent.Create(BinaryData.FromString(\n    {QuotedText.Of(CodeValue.Write(request.ToBody(), CodeValue.Json, 0))}));\n");
        code.Append("client.Pipeline.Send(message);\n\n");
        code.Append("if (message.Response!.IsError)\n{\n    throw new ClientResultException(message.Response);\n}\n");
        code.Append("using JsonDocument completion = JsonDocument.Parse(message.Response.Content);\n");
        code.Append("Console.WriteLine(completion.RootElement.GetProperty(\"choices\")[0].GetProperty(\"text\").GetString());\n");
        return code.ToString();
    }

    private static void AppendOptions(StringBuilder code, CodeRequest request) =>
        code.Append($"OpenAIClientOptions clientOptions = new() {{ Endpoint = new Uri({QuotedText.Of(request.BaseUrl)}) }};\n");

    private static string ClassOf(string role) => role switch
    {
        "system" => "SystemChatMessage",
        "assistant" => "AssistantChatMessage",
        _ => "UserChatMessage",
    };

    /// <summary>The typed member of the options, as an initialiser; null where there is none.</summary>
    private static string? MemberOf(string name, JsonNode value) => name switch
    {
        "max_tokens" => $"MaxOutputTokenCount = {value.ToJsonString()}",
        "temperature" => $"Temperature = {value.ToJsonString()}f",
        "top_p" => $"TopP = {value.ToJsonString()}f",
        "presence_penalty" => $"PresencePenalty = {value.ToJsonString()}f",
        "frequency_penalty" => $"FrequencyPenalty = {value.ToJsonString()}f",
        "seed" => $"Seed = {value.ToJsonString()}",
        "stop" => $"StopSequences = {{ {string.Join(", ", value.AsArray().Select(stop => QuotedText.Of(stop!.GetValue<string>())))} }}",
        "logprobs" => $"IncludeLogProbabilities = {value.ToJsonString()}",
        "top_logprobs" => $"TopLogProbabilityCount = {value.ToJsonString()}",
        _ => null,
    };
}
