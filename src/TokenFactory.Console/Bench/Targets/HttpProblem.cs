using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace TokenFactory.Web.Bench.Targets;

/// <summary>A server did not answer as asked.</summary>
/// <param name="message">What it did, for people.</param>
/// <param name="isRefusal">Whether it understood and refuses what was asked, so that asking otherwise may help.</param>
/// <param name="isGone">Whether nothing answers there.</param>
internal sealed class HttpProblem(string message, bool isRefusal = false, bool isGone = false) : Exception(message)
{
    private const int MostLetters = 300;

    public bool IsRefusal { get; } = isRefusal;

    public bool IsGone { get; } = isGone;

    /// <summary>What an answer that is no success says.</summary>
    public static async Task<HttpProblem> OfAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        string body = await answer.Content.ReadAsStringAsync(cancellation);
        bool isRefusal = answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.NotImplemented;
        string key = answer.StatusCode == HttpStatusCode.Unauthorized ? " Give a key with --key KEY." : "";
        return new HttpProblem($"The server answered {(int)answer.StatusCode}: {Shorten(FindMessage(body) ?? body)}{key}", isRefusal);
    }

    /// <summary>What went wrong with a connection; null where it is something else.</summary>
    public static HttpProblem? Of(Exception problem) => problem switch
    {
        HttpProblem known => known,
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError, InnerException: SocketException socket } =>
            new HttpProblem($"Nothing answers there: {socket.Message}.", isGone: true),
        HttpRequestException or IOException => new HttpProblem("The connection broke off before the answer was whole."),
        JsonException => new HttpProblem("The server sent something that is no JSON of a completion."),
        OperationCanceledException => new HttpProblem("The server sent nothing for too long."),
        _ => null,
    };

    /// <summary>The message of an error object in the forms that servers give it.</summary>
    public static string? FindMessage(JsonElement error) => error switch
    {
        { ValueKind: JsonValueKind.String } => error.GetString(),
        { ValueKind: JsonValueKind.Object } when error.TryGetProperty("error", out JsonElement inner) => FindMessage(inner),
        { ValueKind: JsonValueKind.Object } when error.TryGetProperty("message", out JsonElement text) => text.ToString(),
        { ValueKind: JsonValueKind.Object } when error.TryGetProperty("detail", out JsonElement detail) => detail.ToString(),
        _ => null,
    };

    private static string? FindMessage(string body)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(body);
            return FindMessage(json.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Shorten(string text) => text.Length <= MostLetters ? text.Trim() : $"{text[..MostLetters].Trim()}…";
}
