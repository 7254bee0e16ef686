using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace TokenFactory.Screenshots;

/// <summary>The tenants' clients: each streams one answer after another until it is sent away.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private static readonly string[] Prompts = ["Once upon a time", "The queue was long and", "What is this console?", "A fox and a raven met"];

    private readonly CancellationTokenSource _leaving = new();
    private readonly HttpClient _http;
    private readonly Task _asking;

    public Crowd(Factory factory)
    {
        _http = new HttpClient { BaseAddress = factory.Address };
        _asking = Task.WhenAll(StageTenant.All.SelectMany(tenant => Enumerable.Range(0, tenant.Clients).Select(i => AskAsync(tenant, i))));
    }

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        try
        {
            await _asking;
        }
        catch (OperationCanceledException)
        {
            // They left in the middle of an answer.
        }
        _http.Dispose();
        _leaving.Dispose();
    }

    private async Task AskAsync(StageTenant tenant, int client)
    {
        for (int turn = 0; ; turn++)
        {
            using HttpRequestMessage request = new(HttpMethod.Post, "v1/completions")
            {
                Content = JsonContent.Create(new { model = "demo", prompt = Prompts[(client + turn) % Prompts.Length], max_tokens = 300 + (100 * (client % 4)), stream = true, ignore_eos = true }),
            };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", History.Keys[tenant.Name]);
            request.Headers.Add("x-lane", tenant.Lane);
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _leaving.Token);
            if (!response.IsSuccessStatusCode)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), _leaving.Token);
                continue;
            }
            await response.Content.CopyToAsync(Stream.Null, _leaving.Token);
        }
    }
}
