using TokenFactory.Api.Admission;
using TokenFactory.Api.ChatCompletions;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Api.Responses;

/// <summary>A request for a response that can be handed to the engine.</summary>
/// <param name="Caller">For whom.</param>
/// <param name="Model">Who answers.</param>
/// <param name="Request">What is asked for.</param>
/// <param name="Chat">The chat completion that asks for the same.</param>
/// <param name="Encoded">The prompt.</param>
/// <param name="Input">The request's own items.</param>
/// <param name="Ids">Names the items that follow.</param>
/// <param name="Begun">The response while nothing of it is there yet.</param>
internal sealed record PreparedResponse(
    Caller Caller,
    ServedModel Model,
    ResponsesRequest Request,
    ChatCompletionRequest Chat,
    EncodedChat Encoded,
    IReadOnlyList<ResponseItem> Input,
    ItemIds Ids,
    ResponseObject Begun);
