using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Engine.Serving;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Web;

namespace TokenFactory.Screenshots;

/// <summary>The product with a data folder that goes with it, and its administration over HTTP.</summary>
internal sealed class Factory : IAsyncDisposable
{
    public const string AdminPassword = "shown in no picture";

    private static readonly string AdminKey = KeySecret.Create();

    private readonly WebApplication _app;
    private readonly DirectoryInfo _data;
    private readonly HttpClient _http;

    private Factory(WebApplication app, DirectoryInfo data)
    {
        (_app, _data) = (app, data);
        _http = new HttpClient { BaseAddress = Address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
    }

    public Uri Address => new(_app.Urls.First());

    /// <summary>The folder that the product runs from.</summary>
    public string Folder => _app.Environment.ContentRootPath.TrimEnd(Path.DirectorySeparatorChar);

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts it on a free port; four requests run at a time, so that others wait.</summary>
    public static async Task<Factory> StartAsync()
    {
        DirectoryInfo data = Directory.CreateTempSubdirectory("tf-screenshots-");
        WebApplication app = ConsoleApplication.Build(
        [
            "--Environment=Development", "--Urls=http://127.0.0.1:0", $"--TokenFactory:DataFolder={data.FullName}", $"--TokenFactory:Bootstrap:AdminKey={AdminKey}",
            $"--TokenFactory:SignIn:AdminPassword={AdminPassword}", "--TokenFactory:Models:0:Threads=1", "--TokenFactory:Models:0:MaxSequences=4", "--Logging:LogLevel:Default=Warning",
        ]);
        await app.StartAsync();
        Factory factory = new(app, data);
        while (factory.Services.GetRequiredService<ModelCatalog>().Models.Count == 0)
        {
            await Task.Delay(200);
        }
        return factory;
    }

    /// <summary>Asks the administration to make something, and returns what it says of it.</summary>
    public async Task<JsonElement> MakeAsync(string what, object body)
    {
        using HttpResponseMessage answer = await _http.PostAsJsonAsync(new Uri($"admin/v1/{what}", UriKind.Relative), body);
        string text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement : throw new InvalidOperationException($"{what}: {text}");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _data.Delete(recursive: true);
    }
}
