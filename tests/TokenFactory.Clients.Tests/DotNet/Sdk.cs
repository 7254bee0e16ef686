using System.ClientModel;
using System.ClientModel.Primitives;
using OpenAI;
using OpenAI.Chat;
using TokenFactory.Tests.Shared.Contract;

namespace TokenFactory.Clients.Tests.DotNet;

/// <summary>OpenAI's client for .NET, set up as its documentation says, and what it was answered.</summary>
internal sealed class Sdk : IDisposable
{
    private readonly ExchangeRecorder _recorder = new();
    private readonly HttpClient _http;

    /// <param name="endpoint">The server's base address.</param>
    /// <param name="key">The API key.</param>
    public Sdk(Uri endpoint, string key)
    {
        _http = new HttpClient(_recorder);
        Client = new OpenAIClient(new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = endpoint, Transport = new HttpClientPipelineTransport(_http) });
    }

    public OpenAIClient Client { get; }

    /// <summary>The client of chat completions for the model that serves.</summary>
    public ChatClient Chat => Client.GetChatClient(ClientHost.Model);

    /// <summary>What it was answered, oldest first.</summary>
    public IReadOnlyList<Exchange> Exchanges => _recorder.Exchanges;

    public void Dispose() => _http.Dispose();
}
