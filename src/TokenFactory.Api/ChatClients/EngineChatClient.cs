using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;
using TokenFactory.Api.ChatCompletions;
using TokenFactory.Api.Completions;
using TokenFactory.Api.Dialects;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Generations;
using TokenFactory.Api.Requests;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Api.ChatClients;

/// <summary>
/// A model of this process behind Microsoft.Extensions.AI's <see cref="IChatClient"/>. A request goes the way of the HTTP API from its
/// fields on, so that both give the same answer; further fields of the API are taken from <see cref="ChatOptions.AdditionalProperties"/>
/// by their wire names. Refusals and failures are <see cref="ApiException"/>s. Every update has an <see cref="EngineUpdate"/> as its raw
/// representation; the first comes when the engine has accepted the request. Safe for any thread.
/// </summary>
public sealed class EngineChatClient : IChatClient
{
    private readonly ServedModel _model;
    private readonly Lane _lane;
    private readonly GenerationSubmitter _submitter;

    internal EngineChatClient(ServedModel model, Lane lane, GenerationSubmitter submitter)
    {
        _model = model;
        _lane = lane;
        _submitter = submitter;
    }

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ApiException">The request is refused, or it failed while it was computed.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        // It lives as long as the enumeration: messages are read from it.
        using JsonDocument body = JsonText.Parse(ChatRequestBody.OfChat(messages, options));
        ChatCompletionRequest request = ChatCompletionReader.Read(new JsonFields(body.RootElement));
        EncodedChat chat = ChatPromptEncoder.Encode(_model, request);
        (AnswerHead head, Generation generation) = Submit("chatcmpl-", chat.Tokens, "messages", chat.Complete(request), options, cancellationToken);
        AnswerUpdates updates = new(head, generation, chat.Reading, withReasoning: options?.Reasoning?.Output != ReasoningOutput.None);
        await foreach (ChatResponseUpdate update in updates.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return update;
        }
    }

    /// <summary>Continues a text, without a chat template: <c>/v1/completions</c>, which the interface has no counterpart of.</summary>
    /// <param name="text">The text; special tokens may stand in it by name.</param>
    /// <param name="options">How to continue it; fields about messages and tools are refused.</param>
    /// <param name="cancellationToken">Ends it within a step.</param>
    /// <exception cref="ApiException">The request is refused, or it failed while it was computed.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> ContinueAsync(
        string text, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using JsonDocument body = JsonText.Parse(ChatRequestBody.OfCompletion(text, options));
        CompletionRequest request = CompletionReader.Read(new JsonFields(body.RootElement));
        TextPrompt prompt = request.ReadPrompts(_model.Tokenizer).Single();
        (AnswerHead head, Generation generation) = Submit("cmpl-", prompt.Tokens, "prompt", request, options, cancellationToken);
        await foreach (ChatResponseUpdate update in new AnswerUpdates(head, generation, ReadingPlan.Plain).ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return update;
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("tokenfactory", providerUri: null, _model.Name)
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(_model) ? _model
            : null;
    }

    /// <summary>Leaves the model as it is: the client does not own it.</summary>
    public void Dispose()
    {
    }

    private (AnswerHead Head, Generation Generation) Submit(
        string prefix, int[] prompt, string promptField, GenerateRequest request, ChatOptions? options, CancellationToken cancellation)
    {
        if (options?.ModelId is { } name && name != _model.Name)
        {
            throw ApiException.Invalid($"This client is of the model {_model.Name}, not of {name}. Take a client of that model, or leave ModelId out.", "model");
        }
        if (request.N != 1)
        {
            throw ApiException.Invalid("n is above 1; a chat client gives one answer. Ask several times.", "n", "unsupported_parameter");
        }
        AnswerHead head = AnswerHead.New(prefix, _model.Name);
        GenerationSet set = _submitter.Submit(
            _model, EngineChatClients.CallerIn(_lane, head.Id), head.Id, [prompt], promptField, request, headers: null, cancellation);
        return (head, set.Items[0]);
    }
}
