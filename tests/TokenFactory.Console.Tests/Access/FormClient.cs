using System.Net;
using System.Text.RegularExpressions;

namespace TokenFactory.Web.Tests.Access;

/// <summary>A browser without scripts: it keeps cookies, fills in forms and does not follow redirects by itself.</summary>
internal sealed partial class FormClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly bool _proxied;

    /// <param name="address">The host.</param>
    /// <param name="proxied">Whether it comes through a proxy that terminates TLS for <c>console.example</c>.</param>
    public FormClient(Uri address, bool proxied = false)
    {
        _proxied = proxied;
        _http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = Cookies, UseCookies = !proxied }) { BaseAddress = address };
        if (proxied)
        {
            _http.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");
            _http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
            _http.DefaultRequestHeaders.Host = "console.example";
        }
    }

    public CookieContainer Cookies { get; } = new();

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(path);

    public Task<HttpResponseMessage> PostAsync(string path, IReadOnlyDictionary<string, string> fields) => _http.PostAsync(path, new FormUrlEncodedContent(fields));

    public Task<HttpResponseMessage> SignInAsync(string name, string password) =>
        SubmitAsync("/signin", new Dictionary<string, string> { ["Name"] = name, ["Password"] = password });

    /// <summary>Loads a page, fills in its form as it stands there and sends it.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string path, Dictionary<string, string> fields)
    {
        using HttpResponseMessage page = await _http.GetAsync(path);
        string html = await page.Content.ReadAsStringAsync();
        foreach (Match hidden in HiddenInput().Matches(html))
        {
            fields[hidden.Groups["name"].Value] = WebUtility.HtmlDecode(hidden.Groups["value"].Value);
        }
        HttpRequestMessage post = new(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields) };
        if (_proxied && page.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? given))
        {
            // A cookie marked secure is not sent over the test's plain connection by the handler itself.
            post.Headers.Add("Cookie", string.Join("; ", given.Select(cookie => cookie.Split(';')[0])));
        }
        return await _http.SendAsync(post);
    }

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]*)\"")]
    private static partial Regex HiddenInput();
}
