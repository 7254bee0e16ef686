using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TokenFactory.Tests.Shared.Hub;

/// <summary>
/// A hub on this machine that speaks the paths of huggingface.co for one repository: what it says of it, its files, large ones from
/// another port (the "CDN"), ranges, and the failures that a test asks for.
/// </summary>
internal sealed class LocalHub : IAsyncDisposable
{
    public const string Repository = "lab/small-model";
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly WebApplication _hub;
    private readonly WebApplication _cdn;

    private LocalHub(WebApplication hub, WebApplication cdn)
    {
        _hub = hub;
        _cdn = cdn;
    }

    public string Endpoint => _hub.Urls.First();

    /// <summary>The repository's files by path.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>Files of large file storage: named with SHA-256, and served by the other port.</summary>
    public HashSet<string> Large { get; } = [];

    /// <summary>Requests in order: method, path and the headers that matter.</summary>
    public ConcurrentQueue<Seen> Requests { get; } = new();

    /// <summary>The token that opens the repository; null: it is open to all.</summary>
    public string? Token { get; set; }

    /// <summary>Answers a request in the hub's place; false lets the hub answer.</summary>
    public Func<HttpContext, Task<bool>>? Instead { get; set; }

    /// <summary>Bytes after which the connection that brings a large file is broken, once for each entry.</summary>
    public ConcurrentQueue<int> Breaks { get; } = new();

    /// <summary>How long the other port waits between pieces of a large file.</summary>
    public TimeSpan Pause { get; set; }

    /// <summary>Bytes of a piece.</summary>
    public int PieceBytes { get; set; } = 64 * 1024;

    /// <summary>SHA-256 that the hub tells of a large file instead of the true one.</summary>
    public string? FalseHash { get; set; }

    /// <summary>Starts a hub with the files of a folder; safetensors are large ones.</summary>
    public static async Task<LocalHub> StartAsync(string? folder = null)
    {
        WebApplication hub = Create();
        WebApplication cdn = Create();
        LocalHub local = new(hub, cdn);
        foreach (string file in folder is null ? [] : Directory.EnumerateFiles(folder))
        {
            local.Add(Path.GetFileName(file), await File.ReadAllBytesAsync(file), file.EndsWith(".safetensors", StringComparison.Ordinal));
        }
        hub.Run(local.AnswerAsync);
        cdn.Run(local.SendLargeAsync);
        await cdn.StartAsync();
        await hub.StartAsync();
        return local;
    }

    public void Add(string path, byte[] content, bool isLarge = false)
    {
        Files[path] = content;
        _ = isLarge && Large.Add(path);
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        await _cdn.DisposeAsync();
    }

    private static WebApplication Create()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        return builder.Build();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!;
        Note("hub", context);
        if (Instead is not null && await Instead(context))
        {
            return;
        }
        if (Token is not null && context.Request.Headers.Authorization != $"Bearer {Token}")
        {
            context.Response.StatusCode = context.Request.Headers.Authorization.Count == 0 ? 401 : 403;
        }
        else if (path == $"/api/models/{Repository}/revision/main" || path == $"/api/models/{Repository}/revision/{Commit}")
        {
            await context.Response.WriteAsJsonAsync(new { id = Repository, sha = Commit, siblings = Files.Keys.Select(name => new { rfilename = name }) });
        }
        else if (path == $"/api/models/{Repository}/tree/{Commit}")
        {
            await context.Response.WriteAsJsonAsync(Files.Select(Describe));
        }
        else if (path.StartsWith($"/{Repository}/resolve/{Commit}/", StringComparison.Ordinal) && Files.TryGetValue(path[$"/{Repository}/resolve/{Commit}/".Length..], out byte[]? content))
        {
            await SendAsync(context, path.Split('/')[^1], content);
        }
        else
        {
            context.Response.StatusCode = 404;
        }
    }

    private Dictionary<string, object?> Describe(KeyValuePair<string, byte[]> file)
    {
        bool isLarge = Large.Contains(file.Key);
        byte[] blob = isLarge ? Encoding.UTF8.GetBytes("a pointer") : file.Value;
        // Git names blobs by SHA-1; nothing here rests on its strength.
#pragma warning disable CA5350
        byte[] name = SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {blob.Length}\0"), .. blob]);
#pragma warning restore CA5350
        Dictionary<string, object?> entry = new()
        {
            ["type"] = "file",
            ["path"] = file.Key,
            ["size"] = file.Value.Length,
            ["oid"] = Convert.ToHexStringLower(name),
        };
        if (isLarge)
        {
            entry["lfs"] = new { oid = FalseHash ?? Convert.ToHexStringLower(SHA256.HashData(file.Value)), size = file.Value.Length, pointerSize = 135 };
        }
        return entry;
    }

    private Task SendAsync(HttpContext context, string name, byte[] content)
    {
        context.Response.Headers["X-Repo-Commit"] = Commit;
        if (!Large.Contains(name))
        {
            return SendRangeAsync(context, content);
        }
        context.Response.Headers["X-Linked-Size"] = $"{content.Length}";
        context.Response.Headers["X-Linked-Etag"] = $"\"{Convert.ToHexStringLower(SHA256.HashData(content))}\"";
        context.Response.Redirect($"{_cdn.Urls.First()}/{name}", permanent: false);
        return Task.CompletedTask;
    }

    private Task SendLargeAsync(HttpContext context)
    {
        Note("cdn", context);
        return SendRangeAsync(context, Files[context.Request.Path.Value![1..]]);
    }

    private async Task SendRangeAsync(HttpContext context, byte[] content)
    {
        string tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content))}\"";
        long from = 0;
        context.Response.Headers.ETag = tag;
        if (context.Request.GetTypedHeaders().Range?.Ranges.Single().From is { } start
            && (context.Request.Headers.IfRange.Count == 0 || context.Request.Headers.IfRange == tag))
        {
            if (start >= content.Length)
            {
                context.Response.StatusCode = 416;
                return;
            }
            from = start;
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{content.Length - 1}/{content.Length}";
        }
        context.Response.ContentLength = content.Length - from;
        int? breakAfter = from < content.Length && context.Connection.LocalPort == new Uri(_cdn.Urls.First()).Port && Breaks.TryDequeue(out int bytes) ? bytes : null;
        for (long sent = from; sent < content.Length; sent += PieceBytes)
        {
            await context.Response.Body.WriteAsync(content.AsMemory((int)sent, (int)Math.Min(PieceBytes, content.Length - sent)), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            if (sent + PieceBytes - from >= breakAfter)
            {
                context.Abort();
                return;
            }
            await Task.Delay(Pause, context.RequestAborted);
        }
    }

    private void Note(string host, HttpContext context) => Requests.Enqueue(new Seen(
        host, context.Request.Path.Value!, context.Request.Headers.Authorization, context.Request.Headers.Range, context.Request.Headers.IfRange));

    internal sealed record Seen(string Host, string Path, string? Authorization, string? Range, string? IfRange);
}
