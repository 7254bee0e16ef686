using System.Net;
using System.Net.Http.Headers;

namespace TokenFactory.Models.Hub;

/// <summary>
/// Sends single requests to a hub: with the token to the hub's own host and to no other, following redirects by itself for that
/// reason, and again where the hub is overloaded or does not answer.
/// </summary>
internal sealed class HubRequests(HttpClient http, HubOptions options, TimeProvider clock)
{
    private const int MostRedirects = 5;

    private readonly Uri _endpoint = options.ResolveEndpoint();
    private readonly string? _token = options.ResolveToken();

    public Uri Endpoint => _endpoint;

    public int Attempts => Math.Max(1, options.Attempts);

    /// <summary>An answer with success or 416; its body is not read yet.</summary>
    /// <param name="path">From the endpoint on, escaped.</param>
    /// <param name="what">What is asked for, for messages.</param>
    /// <param name="prepare">Adds headers; null for none.</param>
    /// <param name="waiting">Told what is waited for.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HubException">The hub refuses, knows no such thing, or does not answer.</exception>
    public async Task<HttpResponseMessage> GetAsync(
        string path, string what, Action<HttpRequestMessage>? prepare, Action<string>? waiting, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            string problem;
            TimeSpan? wish = null;
            try
            {
                HttpResponseMessage answer = await FollowAsync(new Uri($"{_endpoint.AbsoluteUri.TrimEnd('/')}/{path}"), prepare, cancellation).ConfigureAwait(false);
                if (answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
                {
                    return answer;
                }
                using (answer)
                {
                    wish = RetryAfter(answer);
                    problem = $"it answers {(int)answer.StatusCode}";
                    if (!IsPassing(answer.StatusCode))
                    {
                        throw Refusal(answer, what);
                    }
                }
            }
            catch (Exception failure) when (IsBroken(failure, cancellation))
            {
                problem = Innermost(failure);
            }
            await WaitAsync(attempt, problem, wish, waiting, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Waits before the next attempt.</summary>
    /// <exception cref="HubException">There is none: it was tried often enough.</exception>
    public async Task WaitAsync(int attempt, string problem, TimeSpan? wish, Action<string>? waiting, CancellationToken cancellation)
    {
        if (attempt >= Attempts)
        {
            throw new HubException(
                HubProblem.Unreachable,
                $"{_endpoint.Host} was asked {attempt} times: {problem}. Check this machine's way to it, or set another hub in TokenFactory:Hub:Endpoint; what has arrived is kept, and trying again goes on from there.");
        }
        TimeSpan wait = wish ?? (options.FirstWait * Math.Pow(2, attempt - 1));
        wait = wait > options.LongestWait ? options.LongestWait : wait;
        waiting?.Invoke(FormattableString.Invariant($"{_endpoint.Host}: {problem}; tried again in {wait.TotalSeconds:0.#} s"));
        await Task.Delay(wait, clock, cancellation).ConfigureAwait(false);
    }

    /// <summary>Whether a failure is the connection's, which another attempt may not have.</summary>
    public static bool IsBroken(Exception failure, CancellationToken cancellation) =>
        failure is HttpRequestException or HttpIOException or TimeoutException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested);

    public static string Innermost(Exception failure) => failure is OperationCanceledException ? "it does not answer" : failure.GetBaseException().Message.TrimEnd('.');

    private async Task<HttpResponseMessage> FollowAsync(Uri address, Action<HttpRequestMessage>? prepare, CancellationToken cancellation)
    {
        for (int hop = 0; hop <= MostRedirects; hop++)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, address);
            prepare?.Invoke(request);
            if (_token is not null && IsHub(address))
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
            }
            HttpResponseMessage answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            if ((int)answer.StatusCode is not (301 or 302 or 303 or 307 or 308) || answer.Headers.Location is not { } location)
            {
                return answer;
            }
            answer.Dispose();
            address = new Uri(address, location);
            if (address.Scheme is not ("http" or "https") || (_endpoint.Scheme == "https" && address.Scheme == "http"))
            {
                throw new HubException(HubProblem.BadAnswer, $"{_endpoint.Host} points to {address.Scheme}://{address.Host}, which is not followed. Check TokenFactory:Hub:Endpoint.");
            }
        }
        throw new HubException(HubProblem.BadAnswer, $"{_endpoint.Host} redirects without end. Check TokenFactory:Hub:Endpoint.");
    }

    private bool IsHub(Uri address) => address.Scheme == _endpoint.Scheme && address.Host == _endpoint.Host && address.Port == _endpoint.Port;

    private TimeSpan? RetryAfter(HttpResponseMessage answer) => answer.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > clock.GetUtcNow() => date - clock.GetUtcNow(),
        _ => null,
    };

    private static bool IsPassing(HttpStatusCode status) => (int)status >= 500 || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;

    private HubException Refusal(HttpResponseMessage answer, string what)
    {
        string host = _endpoint.Host;
        string told = answer.Headers.TryGetValues("X-Error-Message", out IEnumerable<string>? words) ? $" {string.Join(' ', words)}" : "";
        string token = _token is null ? "set a token that may read it in TokenFactory:Hub:Token or HF_TOKEN" : "check that the token in TokenFactory:Hub:Token or HF_TOKEN is valid and may read it";
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new HubException(
                HubProblem.NotAllowed, $"{host} does not show {what} to everybody, or there is no such repository (401).{told} Check the name; if it is right, {token}."),
            HttpStatusCode.Forbidden => new HubException(
                HubProblem.NotAllowed, $"{what} is gated (403).{told} Accept its licence on {host} with your account, then {token}."),
            HttpStatusCode.NotFound => new HubException(HubProblem.NotFound, $"{host} has no {what} (404).{told} Check its spelling."),
            _ => new HubException(HubProblem.BadAnswer, $"{host} answers {(int)answer.StatusCode} for {what}.{told} Check TokenFactory:Hub:Endpoint."),
        };
    }
}
