using System.Text.Json;

namespace TokenFactory.Models.Hub;

/// <summary>Reads what a Hugging Face-compatible hub says of a repository.</summary>
/// <param name="http">Its handler follows no redirects: see <see cref="CreateHttp"/>.</param>
/// <param name="options">Which hub, as whom.</param>
/// <param name="clock">Times waiting.</param>
public sealed class HubClient(HttpClient http, HubOptions options, TimeProvider clock)
{
    internal HubRequests Requests { get; } = new(http, options, clock);

    /// <summary>The hub's address.</summary>
    public Uri Endpoint => Requests.Endpoint;

    /// <summary>An HTTP client as hubs need it: redirects are followed by <see cref="HubClient"/>, so that the token goes to no other host.</summary>
    /// <param name="patience">How long a connection may stay silent.</param>
    public static HttpClient CreateHttp(TimeSpan? patience = null)
    {
        HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(20) })
        {
            // Until the headers are there; bodies may take as long as they keep coming.
            Timeout = patience ?? TimeSpan.FromSeconds(60),
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("token-factory-console");
        return client;
    }

    /// <summary>Pins a revision to its commit and lists the files there.</summary>
    /// <exception cref="HubException">There is no such repository or revision, it may not be read, or the hub does not answer.</exception>
    public async Task<HubSnapshot> ReadAsync(string repository, string revision, Action<string>? waiting = null, CancellationToken cancellation = default)
    {
        HubName.CheckRepository(repository);
        HubName.CheckRevision(revision);
        string what = revision == "main" ? repository : $"{repository} at {revision}";
        using JsonDocument info = await ReadJsonAsync($"api/models/{repository}/revision/{Uri.EscapeDataString(revision)}", what, waiting, cancellation).ConfigureAwait(false);
        string commit = Text(info.RootElement, "sha") ?? throw Senseless("sha");
        HubName.CheckRevision(commit);
        List<HubFile> files = [];
        string? page = $"api/models/{repository}/tree/{commit}?recursive=true";
        while (page is not null)
        {
            page = await ReadPageAsync(page, what, files, waiting, cancellation).ConfigureAwait(false);
        }
        return new HubSnapshot(repository, revision, commit, files);
    }

    /// <summary>Adds a page of the list of files; returns the next page's path, null after the last.</summary>
    private async Task<string?> ReadPageAsync(string path, string what, List<HubFile> files, Action<string>? waiting, CancellationToken cancellation)
    {
        using HttpResponseMessage answer = await Requests.GetAsync(path, what, null, waiting, cancellation).ConfigureAwait(false);
        using JsonDocument tree = await ParseAsync(answer, cancellation).ConfigureAwait(false);
        if (tree.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw Senseless("tree");
        }
        foreach (JsonElement entry in tree.RootElement.EnumerateArray().Where(entry => Text(entry, "type") == "file"))
        {
            files.Add(ToFile(entry));
        }
        return answer.Headers.TryGetValues("Link", out IEnumerable<string>? links) ? NextPage(links) : null;
    }

    private HubFile ToFile(JsonElement entry)
    {
        string path = Text(entry, "path") ?? throw Senseless("path");
        HubName.CheckFile(path);
        JsonElement? lfs = entry.TryGetProperty("lfs", out JsonElement found) && found.ValueKind == JsonValueKind.Object ? found : null;
        long size = Number(lfs, "size") ?? Number(entry, "size") ?? throw Senseless($"size of {path}");
        return new HubFile(path, size, (lfs is { } large ? Text(large, "oid") : null)?.Replace("sha256:", "", StringComparison.Ordinal), Text(entry, "oid"));
    }

    /// <summary>The path of <c>&lt;https://…&gt;; rel="next"</c>, where it stays on this hub.</summary>
    private string? NextPage(IEnumerable<string> links)
    {
        string root = Endpoint.AbsoluteUri.TrimEnd('/') + "/";
        string? next = links.SelectMany(link => link.Split(',')).FirstOrDefault(link => link.Contains("rel=\"next\"", StringComparison.Ordinal));
        string? address = next?[(next.IndexOf('<', StringComparison.Ordinal) + 1)..Math.Max(0, next.IndexOf('>', StringComparison.Ordinal))];
        return address?.StartsWith(root, StringComparison.Ordinal) == true ? address[root.Length..] : null;
    }

    private async Task<JsonDocument> ReadJsonAsync(string path, string what, Action<string>? waiting, CancellationToken cancellation)
    {
        using HttpResponseMessage answer = await Requests.GetAsync(path, what, null, waiting, cancellation).ConfigureAwait(false);
        return await ParseAsync(answer, cancellation).ConfigureAwait(false);
    }

    private async Task<JsonDocument> ParseAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        try
        {
            await using Stream body = await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            return await JsonDocument.ParseAsync(body, cancellationToken: cancellation).ConfigureAwait(false);
        }
        catch (JsonException problem)
        {
            throw new HubException(HubProblem.BadAnswer, $"{Endpoint.Host} answers with something that is no JSON. Is TokenFactory:Hub:Endpoint a Hugging Face-compatible hub?", problem);
        }
    }

    private HubException Senseless(string field) =>
        new(HubProblem.BadAnswer, $"{Endpoint.Host} answers without {field}. Is TokenFactory:Hub:Endpoint a Hugging Face-compatible hub?");

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } present && present.TryGetProperty(name, out JsonElement value) && value.TryGetInt64(out long number) ? number : null;
}
