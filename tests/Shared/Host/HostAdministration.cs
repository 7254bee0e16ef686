using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace TokenFactory.Tests.Shared.Host;

/// <summary>The administration of a host over REST, as tests use it.</summary>
internal static class HostAdministration
{
    /// <summary>A client with a key.</summary>
    public static HttpClient ClientOf(HostProcess host, string key)
    {
        HttpClient client = new() { BaseAddress = host.Client.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>All models as they are listed.</summary>
    public static async Task<JsonElement[]> ModelsAsync(HttpClient admin)
    {
        JsonElement list = await admin.GetFromJsonAsync<JsonElement>("admin/v1/models");
        return [.. list.GetProperty("data").EnumerateArray()];
    }

    /// <summary>A model once it is as it is waited for; the default where that is gone. Waits for minutes: a GPU's kernels may have to be compiled first.</summary>
    /// <param name="admin">A client with an administrator's key.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="isSo">Asked with what is listed; null where nothing of the name is.</param>
    public static async Task<JsonElement> UntilModelAsync(HttpClient admin, string name, Predicate<JsonElement?> isSo)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(5));
        while (!patience.IsCancellationRequested)
        {
            JsonElement[] found = [.. (await ModelsAsync(admin)).Where(model => model.GetProperty("name").GetString() == name)];
            if (isSo(found.Length == 0 ? null : found[0]))
            {
                return found.Length == 0 ? default : found[0];
            }
            await Task.Delay(100);
        }
        throw new TimeoutException($"{name} did not become what was waited for");
    }
}
