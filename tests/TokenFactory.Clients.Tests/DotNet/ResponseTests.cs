using System.ClientModel;
using System.Text;
using System.Text.Json;
using OpenAI.Responses;
using Xunit;

namespace TokenFactory.Clients.Tests.DotNet;

/// <summary>Responses by OpenAI's client for .NET.</summary>
[Collection(ClientHost.Name)]
public sealed class ResponseTests(ClientHost host) : SdkTests(host)
{
    private const string City = """{"type": "object", "properties": {"city": {"type": "string", "enum": ["Rome", "Oslo"]}}, "required": ["city"], "additionalProperties": false}""";

    private static readonly string[] Cities = ["Rome", "Oslo"];

    private ResponsesClient Client => Sdk.Client.GetResponsesClient();

    [Fact]
    public async Task CreateResponse_StreamedAndWhole_AreTheSame()
    {
        ResponseResult whole = await Client.CreateResponseAsync(Options("What is this console?"), TestContext.Current.CancellationToken);

        StringBuilder text = new();
        ResponseResult? last = null;
        CreateResponseOptions options = Options("What is this console?");
        options.StreamingEnabled = true;
        await foreach (StreamingResponseUpdate update in await Client.CreateResponseStreamingAsync(options, TestContext.Current.CancellationToken))
        {
            text.Append((update as StreamingResponseOutputTextDeltaUpdate)?.Delta);
            last = (update as StreamingResponseIncompleteUpdate)?.Response ?? last;
        }

        Assert.NotEmpty(whole.GetOutputText());
        Assert.Equal((ResponseStatus.Incomplete, ResponseIncompleteStatusReason.MaxOutputTokens), (whole.Status!.Value, whole.IncompleteStatusDetails!.Reason!.Value));
        Assert.Equal((whole.GetOutputText(), whole.GetOutputText()), (text.ToString(), last!.GetOutputText()));
        Assert.Equal((16, whole.Usage.InputTokenCount + 16), (whole.Usage.OutputTokenCount, last.Usage.TotalTokenCount));
    }

    [Fact]
    public async Task CreateResponse_Previous_GoesOnAndIsKeptUntilDeleted()
    {
        ResponseResult first = await Client.CreateResponseAsync(Options("My name is Ada."), TestContext.Current.CancellationToken);
        CreateResponseOptions next = Options("What is it?");
        next.PreviousResponseId = first.Id;
        ResponseResult second = await Client.CreateResponseAsync(next, TestContext.Current.CancellationToken);

        ResponseResult kept = await Client.GetResponseAsync(second.Id, TestContext.Current.CancellationToken);
        List<ResponseItem> items = [];
        await foreach (ResponseItem item in Client.GetResponseInputItemsAsync(second.Id, TestContext.Current.CancellationToken))
        {
            items.Add(item);
        }
        ResponseDeletionResult deleted = await Client.DeleteResponseAsync(second.Id, TestContext.Current.CancellationToken);
        ClientResultException missing = await Assert.ThrowsAsync<ClientResultException>(() => Client.GetResponseAsync(second.Id, TestContext.Current.CancellationToken));

        Assert.True(second.Usage.InputTokenCount > first.Usage.InputTokenCount + first.Usage.OutputTokenCount, "the conversation is in the prompt");
        Assert.Equal((first.Id, second.GetOutputText()), (kept.PreviousResponseId, kept.GetOutputText()));
        Assert.Equal("What is it?", Assert.IsAssignableFrom<MessageResponseItem>(Assert.Single(items)).Content[0].Text);
        Assert.True(deleted.Deleted);
        Assert.Equal(404, missing.Status);
    }

    [Fact]
    public async Task CreateResponse_NamedFunction_GoesThereAndBack()
    {
        CreateResponseOptions options = Options("What is the weather in Oslo?", 60);
        options.Tools.Add(ResponseTool.CreateFunctionTool("get_weather", BinaryData.FromString(City), strictModeEnabled: true, "The weather of a city"));
        options.ToolChoice = ResponseToolChoice.CreateFunctionChoice("get_weather");

        ResponseResult asked = await Client.CreateResponseAsync(options, TestContext.Current.CancellationToken);
        FunctionCallResponseItem call = Assert.Single(asked.OutputItems.OfType<FunctionCallResponseItem>());
        CreateResponseOptions back = new(ClientHost.Model, [ResponseItem.CreateFunctionCallOutputItem(call.CallId, "-3 degrees")]) { PreviousResponseId = asked.Id, MaxOutputTokenCount = 8 };
        ResponseResult told = await Client.CreateResponseAsync(back, TestContext.Current.CancellationToken);

        Assert.Equal("get_weather", call.FunctionName);
        Assert.Contains(JsonElement.Parse(call.FunctionArguments.ToString()).GetProperty("city").GetString(), Cities);
        Assert.NotEmpty(told.GetOutputText());
    }

    [Fact]
    public async Task CreateResponse_JsonSchema_AnswersParse()
    {
        CreateResponseOptions options = Options("Where?", 60);
        options.TextOptions = new ResponseTextOptions { TextFormat = ResponseTextFormat.CreateJsonSchemaFormat("city", BinaryData.FromString(City), jsonSchemaIsStrict: true) };

        ResponseResult answer = await Client.CreateResponseAsync(options, TestContext.Current.CancellationToken);

        Assert.Equal(ResponseStatus.Completed, answer.Status);
        Assert.Contains(JsonElement.Parse(answer.GetOutputText()).GetProperty("city").GetString(), Cities);
    }

    [Fact]
    public async Task CreateResponse_InTheBackground_IsCancelled()
    {
        CreateResponseOptions options = Options("Tell me everything", 900);
        options.BackgroundModeEnabled = true;
        options.Patch.Set("$.text"u8, BinaryData.FromString("""{"format": {"type": "json_schema", "name": "essay", "strict": true, "schema": {"type": "object", "properties": {"text": {"type": "string", "minLength": 800}}, "required": ["text"], "additionalProperties": false}}}"""));

        ResponseResult started = await Client.CreateResponseAsync(options, TestContext.Current.CancellationToken);
        ResponseResult cancelled = await Client.CancelResponseAsync(started.Id, TestContext.Current.CancellationToken);

        Assert.Contains(started.Status!.Value, new[] { ResponseStatus.Queued, ResponseStatus.InProgress });
        Assert.Equal(ResponseStatus.Cancelled, cancelled.Status);
    }

    private static CreateResponseOptions Options(string text, int most = 16) =>
        new(ClientHost.Model, [ResponseItem.CreateUserMessageItem(text)]) { Temperature = 0, MaxOutputTokenCount = most };
}
