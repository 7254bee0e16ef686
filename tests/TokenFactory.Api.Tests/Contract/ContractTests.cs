using System.Text.Json.Nodes;
using TokenFactory.Tests.Shared.Contract;
using Xunit;

namespace TokenFactory.Api.Tests.Contract;

/// <summary>Every answer and every event of a stream has the shape that OpenAI's description gives it.</summary>
public sealed class ContractTests(Traffic traffic) : IClassFixture<Traffic>
{
    [Fact]
    public void Answers_ToRequestsOfEveryKind_AreAsDescribed()
    {
        ContractValidator validator = new(OpenApiDescription.Require(), Deviations.All);

        string[] findings = [.. traffic.Exchanges.SelectMany(validator.Check)];

        Assert.True(findings.Length == 0, string.Join('\n', findings));
    }

    /// <summary>What was recorded has what the schemas are about: an answer that was never asked for would be as described too.</summary>
    [Theory]
    [InlineData("CreateChatCompletionResponse", 15)]
    [InlineData("CreateChatCompletionStreamResponse", 60)]
    [InlineData("CreateCompletionResponse", 20)]
    [InlineData("ErrorResponse", 14)]
    [InlineData("Batch", 8)]
    [InlineData("OpenAIFile", 5)]
    [InlineData("DeleteFileResponse", 1)]
    [InlineData("ListFilesResponse", 2)]
    [InlineData("ListBatchesResponse", 2)]
    [InlineData("ListModelsResponse", 1)]
    [InlineData("Model", 1)]
    [InlineData("Response", 15)]
    [InlineData("ResponseStreamEvent", 80)]
    [InlineData("ResponseItemList", 2)]
    [InlineData("TokenCountsResource", 1)]
    [InlineData("CreateEmbeddingResponse", 6)]
    public void Traffic_HasAnswersOfEverySchema(string schema, int least)
    {
        ContractValidator validator = new(OpenApiDescription.Require(), Deviations.All);

        Assert.InRange(traffic.Exchanges.SelectMany(validator.PartsOf).Count(part => part.Schema == schema), least, int.MaxValue);
    }

    [Theory]
    [InlineData("\"reasoning_content\":")]
    [InlineData("\"tool_calls\":[{\"index\":")]
    [InlineData("\"tool_calls\":[{\"id\":")]
    [InlineData("\"top_logprobs\":[{")]
    [InlineData("\"service_tier\":\"flex\"")]
    [InlineData("\"limit\":{")]
    [InlineData("\"finish_reason\":\"tool_calls\"")]
    [InlineData("\"finish_reason\":\"length\"")]
    [InlineData("\"finish_reason\":\"stop\"")]
    [InlineData("\"status\":\"cancelling\"")]
    [InlineData("\"line\":1")]
    [InlineData("\"type\":\"reasoning\"")]
    [InlineData("\"type\":\"function_call\"")]
    [InlineData("\"type\":\"response.function_call_arguments.delta\"")]
    [InlineData("\"type\":\"response.output_text.delta\"")]
    [InlineData("\"type\":\"response.completed\"")]
    [InlineData("\"status\":\"cancelled\"")]
    [InlineData("\"embedding\":\"")]
    public void Traffic_HasEveryPart(string text) => Assert.Contains(traffic.Exchanges, exchange => exchange.Body.Contains(text, StringComparison.Ordinal));

    [Fact]
    public void Deviations_EachOne_IsNeeded()
    {
        OpenApiDescription description = OpenApiDescription.Require();

        foreach (Deviation deviation in Deviations.All)
        {
            ContractValidator strict = new(description, Deviations.All.Except([deviation]));
            Assert.True(traffic.Exchanges.Any(exchange => strict.Check(exchange).Any()), $"no answer needs {deviation}");
        }
    }

    /// <summary>The validator is no mere onlooker: an answer without a field that its schema requires is found, in every place that has one.</summary>
    [Theory]
    [InlineData("POST", "/v1/chat/completions", "application/json", "id created choices choices/0/message choices/0/logprobs choices/0/message/refusal usage/total_tokens")]
    [InlineData("POST", "/v1/chat/completions", "text/event-stream", "model choices choices/0/delta choices/0/index choices/0/finish_reason")]
    [InlineData("POST", "/v1/completions", "application/json", "object choices/0/text choices/0/logprobs usage/prompt_tokens")]
    [InlineData("POST", "/v1/responses", "application/json", "id output parallel_tool_calls tools output/0/type output/1/content/0/annotations output/2/arguments usage/output_tokens_details")]
    [InlineData("POST", "/v1/responses", "text/event-stream", "type sequence_number response response/output")]
    [InlineData("POST", "/v1/embeddings", "application/json", "data data/0/index usage/total_tokens")]
    [InlineData("GET", "/v1/models", "application/json", "object data/0/owned_by")]
    [InlineData("POST", "/v1/batches", "application/json", "status input_file_id request_counts/total")]
    [InlineData("POST", "/v1/files", "application/json", "bytes purpose")]
    public void Check_AnswerWithoutARequiredField_FindsIt(string method, string path, string mediaType, string places)
    {
        ContractValidator validator = new(OpenApiDescription.Require(), Deviations.All);
        (string schema, JsonNode whole) = validator.PartsOf(traffic.Exchanges.First(
            exchange => exchange.Method == method && exchange.Path == path && exchange.MediaType == mediaType && exchange.Status == 200)).First();

        foreach (string place in places.Split(' '))
        {
            JsonNode broken = whole.DeepClone();
            string[] steps = place.Split('/');
            JsonNode parent = steps[..^1].Aggregate(broken, (node, step) => int.TryParse(step, out int index) ? node[index]! : node[step]!);
            Assert.True(parent.AsObject().Remove(steps[^1]), $"{place} is not in {whole.ToJsonString()}");
            Assert.NotEmpty(validator.Check(schema, broken));
        }
        Assert.Empty(validator.Check(schema, whole));
    }
}
