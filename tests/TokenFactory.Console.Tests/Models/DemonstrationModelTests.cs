using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Models;

/// <summary>The model that the product ships with does what its card says.</summary>
public sealed class DemonstrationModelTests
{
    private const long MostBytes = 12_000_000;

    [Fact]
    public void Folder_Always_StaysSmall() =>
        Assert.InRange(new DirectoryInfo(Path.Combine(SharedData.RepositoryRoot, "models")).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length), 1, MostBytes);

    [Fact]
    public async Task Chat_AboutTheConsole_StaysOnTheSubject()
    {
        await using HostProcess host = await HostProcess.StartAsync();
        List<object> turns = [];

        string what = await AskAsync(host, turns, "What is this console?");
        string does = await AskAsync(host, turns, "What does it do?");
        string token = await AskAsync(host, turns, "What is a token?");

        Assert.Contains("Token Factory Console", what);
        Assert.Matches("(?i)model|token|engine|serve", does);
        Assert.Matches("(?i)token", token);
        Assert.All([what, does, token], answer => Assert.Matches("[.!?]$", answer));
    }

    [Fact]
    public async Task Chat_AskedForAStory_WritesAParagraph()
    {
        await using HostProcess host = await HostProcess.StartAsync();

        string story = await AskAsync(host, [], "Write a short story.");

        Assert.InRange(story.Split(' ').Length, 50, 250);
        Assert.InRange(story.Split('.', '!', '?').Length, 5, 40);
        Assert.Matches("[.!?\"]$", story);
    }

    private static async Task<string> AskAsync(HostProcess host, List<object> turns, string question)
    {
        turns.Add(new { role = "user", content = question });
        using HttpResponseMessage response = await host.Client.PostAsJsonAsync("/v1/chat/completions", new { messages = turns, temperature = 0, max_tokens = 300 });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        JsonElement choice = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("choices")[0];
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        string answer = choice.GetProperty("message").GetProperty("content").GetString()!;
        turns.Add(new { role = "assistant", content = answer });
        return answer;
    }
}
