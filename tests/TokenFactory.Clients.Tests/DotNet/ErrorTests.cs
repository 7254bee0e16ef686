using System.ClientModel;
using System.Diagnostics;
using OpenAI.Chat;
using TokenFactory.Tenancy.Keys;
using Xunit;

namespace TokenFactory.Clients.Tests.DotNet;

/// <summary>What OpenAI's client for .NET makes of refusals.</summary>
[Collection(ClientHost.Name)]
public sealed class ErrorTests(ClientHost host) : SdkTests(host)
{
    private static readonly ChatMessage[] Hello = [new UserChatMessage("hello")];

    [Fact]
    public async Task UnknownKey_Is401()
    {
        using Sdk stranger = new(Host.Endpoint, KeySecret.Create());

        ClientResultException error = await Assert.ThrowsAsync<ClientResultException>(() => stranger.Chat.CompleteChatAsync(Hello));

        Assert.Equal(401, error.Status);
        Assert.Contains("invalid_api_key", error.Message);
        Described.Check(stranger.Exchanges);
    }

    [Fact]
    public async Task UnknownModel_Is404()
    {
        ClientResultException error = await Assert.ThrowsAsync<ClientResultException>(() => Sdk.Client.GetChatClient("none").CompleteChatAsync(Hello));

        Assert.Equal(404, error.Status);
        Assert.Contains("model_not_found", error.Message);
    }

    [Fact]
    public async Task BadValue_Is400AndNamesTheField()
    {
        ClientResultException error = await Assert.ThrowsAsync<ClientResultException>(() => Sdk.Chat.CompleteChatAsync(Hello, new ChatCompletionOptions { Temperature = 9 }));

        Assert.Equal(400, error.Status);
        Assert.Contains("temperature", error.Message);
    }

    [Fact]
    public async Task LimitReached_TheClientWaitsAsToldAndSucceeds()
    {
        LimitedTenant tenant = await Host.CreateTenantAsync(20);
        using Sdk limited = new(Host.Endpoint, tenant.Key);
        await Host.ExhaustAsync(tenant.Key);

        long started = Stopwatch.GetTimestamp();
        ChatCompletion answer = await limited.Chat.CompleteChatAsync(Hello, new ChatCompletionOptions { MaxOutputTokenCount = 1 });
        TimeSpan waited = Stopwatch.GetElapsedTime(started);

        Assert.Equal(1, answer.Usage.OutputTokenCount);
        Assert.Equal([429, 200], limited.Exchanges.Select(exchange => exchange.Status));
        Assert.InRange(waited, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(10));
        Described.Check(limited.Exchanges);
    }
}
