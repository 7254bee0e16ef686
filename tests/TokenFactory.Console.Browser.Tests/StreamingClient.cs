using System.Net.Http.Json;

namespace TokenFactory.Web.BrowserTests;

/// <summary>A client of the API that streams one answer after another until it is left.</summary>
internal sealed class StreamingClient : IAsyncDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private readonly HttpClient _http;
    private readonly Task _streaming;

    public StreamingClient(Uri address)
    {
        _http = new HttpClient { BaseAddress = address };
        _streaming = StreamAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        try
        {
            await _streaming;
        }
        catch (OperationCanceledException)
        {
            // It left in the middle of an answer.
        }
        _http.Dispose();
        _leaving.Dispose();
    }

    private async Task StreamAsync()
    {
        while (true)
        {
            using HttpRequestMessage request = new(HttpMethod.Post, "v1/completions")
            {
                Content = JsonContent.Create(new { model = "demo", prompt = "Once upon a time", max_tokens = 900, stream = true, ignore_eos = true, user = "streamer" }),
            };
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _leaving.Token);
            response.EnsureSuccessStatusCode();
            await response.Content.CopyToAsync(Stream.Null, _leaving.Token);
        }
    }
}
