using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace TokenFactory.Web.Tests.Access;

/// <summary>An OpenID Connect provider on loopback with one client and one user, who agrees to everything at once.</summary>
internal sealed class IdentityProvider : IAsyncDisposable
{
    public const string ClientId = "console";
    public const string ClientSecret = "a client's secret";

    private readonly RsaSecurityKey _key = new(RSA.Create(2048)) { KeyId = "one" };
    private readonly Dictionary<string, (string Nonce, string Challenge)> _codes = [];
    private readonly WebApplication _app;

    private IdentityProvider(WebApplication app) => _app = app;

    public string Authority => _app.Urls.First();

    /// <summary>Who signs in next.</summary>
    public string Subject { get; set; } = "17";

    public string Name { get; set; } = "ada";

    /// <summary>The user's groups.</summary>
    public string[] Groups { get; set; } = [];

    public static async Task<IdentityProvider> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        WebApplication app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        IdentityProvider provider = new(app);
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new
        {
            issuer = provider.Authority,
            authorization_endpoint = $"{provider.Authority}/authorize",
            token_endpoint = $"{provider.Authority}/token",
            jwks_uri = $"{provider.Authority}/keys",
            response_types_supported = new[] { "code" },
            id_token_signing_alg_values_supported = new[] { "RS256" },
        }));
        app.MapGet("/keys", () =>
        {
            JsonWebKey key = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(provider._key.Rsa.ExportParameters(false)) { KeyId = provider._key.KeyId });
            return Results.Json(new { keys = new[] { new { kty = key.Kty, kid = key.Kid, use = "sig", alg = "RS256", n = key.N, e = key.E } } });
        });
        app.MapGet("/authorize", provider.Authorize);
        app.MapPost("/token", provider.TokenAsync);
        await app.StartAsync();
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Rsa.Dispose();
    }

    private IResult Authorize(HttpRequest request)
    {
        string code = Guid.NewGuid().ToString("N");
        _codes[code] = (request.Query["nonce"]!, request.Query["code_challenge"]!);
        return request.Query["client_id"] == ClientId
            ? Results.Redirect($"{request.Query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(request.Query["state"]!)}")
            : Results.BadRequest();
    }

    private async Task<IResult> TokenAsync(HttpRequest request)
    {
        IFormCollection form = await request.ReadFormAsync();
        if (!_codes.Remove(form["code"]!, out (string Nonce, string Challenge) asked) || form["client_secret"] != ClientSecret
            || Base64UrlEncoder.Encode(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(form["code_verifier"]!))) != asked.Challenge)
        {
            return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        }
        string token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Authority,
            Audience = ClientId,
            Subject = new ClaimsIdentity(
            [
                new Claim("sub", Subject), new Claim("preferred_username", Name), new Claim("nonce", asked.Nonce), .. Groups.Select(group => new Claim("groups", group)),
            ]),
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.RsaSha256),
        });
        return Results.Json(new { access_token = "none", token_type = "Bearer", id_token = token });
    }
}
