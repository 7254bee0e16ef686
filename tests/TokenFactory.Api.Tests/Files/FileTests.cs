using System.Net;
using System.Text;
using System.Text.Json;
using TokenFactory.Api.Tests.Batches;
using Xunit;

namespace TokenFactory.Api.Tests.Files;

/// <summary>Files over HTTP: what is sent comes back, in bounds.</summary>
public sealed class FileTests
{
    [Fact]
    public async Task File_Sent_IsShownComesBackAndGoes()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string content = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"line {i} äöü\n"));

        JsonElement made = await Answers.ReadAsync(await BatchCalls.SendFileAsync(host.Client, content));
        string id = made.GetProperty("id").GetString()!;

        JsonElement shown = await Answers.ReadAsync(await host.Client.GetAsync($"/v1/files/{id}"));
        Assert.Equal(made.GetRawText(), shown.GetRawText());
        Assert.Equal(
            ("file", "requests.jsonl", "batch", "processed", Encoding.UTF8.GetByteCount(content)),
            (shown.GetProperty("object").GetString(), shown.GetProperty("filename").GetString(), shown.GetProperty("purpose").GetString(), shown.GetProperty("status").GetString(), shown.GetProperty("bytes").GetInt32()));
        Assert.Equal(30 * 24 * 3600, shown.GetProperty("expires_at").GetInt64() - shown.GetProperty("created_at").GetInt64());
        using HttpResponseMessage answer = await host.Client.GetAsync($"/v1/files/{id}/content");
        Assert.Equal(content, await answer.Content.ReadAsStringAsync());
        Assert.Equal("requests.jsonl", answer.Content.Headers.ContentDisposition?.FileName);

        JsonElement deleted = await Answers.ReadAsync(await host.Client.DeleteAsync($"/v1/files/{id}"));
        Assert.Equal((id, true), (deleted.GetProperty("id").GetString(), deleted.GetProperty("deleted").GetBoolean()));
        await Answers.ReadErrorAsync(await host.Client.GetAsync($"/v1/files/{id}"), HttpStatusCode.NotFound);
        await Answers.ReadErrorAsync(await host.Client.DeleteAsync($"/v1/files/{id}"), HttpStatusCode.NotFound);
        Assert.Empty(Directory.EnumerateFiles(host.FileFolder));
    }

    [Theory]
    [InlineData("asc")]
    [InlineData("desc")]
    public async Task List_PageByPage_HasEveryFileOnce(string order)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        List<string> made = [];
        for (int i = 0; i < 7; i++)
        {
            made.Add(await BatchCalls.UploadAsync(host.Client, $"{i}"));
        }

        List<string> listed = [];
        string after = "";
        JsonElement page;
        do
        {
            page = await Answers.ReadAsync(await host.Client.GetAsync($"/v1/files?limit=3&order={order}&purpose=batch{after}"));
            listed.AddRange(page.GetProperty("data").EnumerateArray().Select(file => file.GetProperty("id").GetString()!));
            Assert.Equal((listed[^page.GetProperty("data").GetArrayLength()], listed[^1]), (page.GetProperty("first_id").GetString(), page.GetProperty("last_id").GetString()));
            after = $"&after={listed[^1]}";
        }
        while (page.GetProperty("has_more").GetBoolean());

        Assert.Equal(order == "asc" ? made : Enumerable.Reverse(made), listed);
        Assert.Empty((await Answers.ReadAsync(await host.Client.GetAsync("/v1/files?purpose=batch_output"))).GetProperty("data").EnumerateArray());
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=10001", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=x", "limit")]
    [InlineData("order=up", "order")]
    [InlineData("after=file-none", "after")]
    public async Task List_WithAWrongQuery_NamesTheParameter(string query, string param)
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement error = await Answers.ReadErrorAsync(await host.Client.GetAsync($"/v1/files?{query}"), HttpStatusCode.BadRequest);

        Assert.Equal(param, error.GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("assistants", "unsupported_purpose")]
    [InlineData("fine-tune", "unsupported_purpose")]
    [InlineData("vision", "unsupported_purpose")]
    [InlineData("user_data", "unsupported_purpose")]
    [InlineData("evals", "unsupported_purpose")]
    [InlineData("batch_output", null)]
    [InlineData("", null)]
    public async Task Purpose_WithoutUse_IsRefused(string purpose, string? code)
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement error = await Answers.ReadErrorAsync(await BatchCalls.SendFileAsync(host.Client, "x", purpose), HttpStatusCode.BadRequest);

        Assert.Equal(("purpose", code), (error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
        Assert.Empty(Directory.EnumerateFiles(host.FileFolder));
    }

    [Fact]
    public async Task File_TooLong_IsAnsweredWith413AndLeavesNothing()
    {
        await using ApiHost host = await ApiHost.StartAsync(options: options => options.Files.MaxFileBytes = 100_000);

        await BatchCalls.UploadAsync(host.Client, new string('x', 100_000));
        JsonElement error = await Answers.ReadErrorAsync(await BatchCalls.SendFileAsync(host.Client, new string('x', 100_001)), HttpStatusCode.RequestEntityTooLarge);

        Assert.Equal("file_too_large", error.GetProperty("code").GetString());
        Assert.Single(Directory.EnumerateFiles(host.FileFolder));
    }

    [Fact]
    public async Task Files_OfATenant_AreBoundedTogetherAlsoWhenSentAtOnce()
    {
        await using ApiHost host = await ApiHost.StartAsync(options: options => options.Files.MaxTenantBytes = 100_000);
        using TenantClient other = await host.AddTenantAsync();

        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => BatchCalls.SendFileAsync(host.Client, new string('x', 30_000))));

        Assert.Equal(3, answers.Count(answer => answer.IsSuccessStatusCode));
        foreach (HttpResponseMessage refused in answers.Where(answer => !answer.IsSuccessStatusCode))
        {
            Assert.Contains("100000 bytes", (await Answers.ReadErrorAsync(refused, HttpStatusCode.BadRequest)).GetProperty("message").GetString());
        }
        Assert.Equal(3, Directory.EnumerateFiles(host.FileFolder).Count());
        await BatchCalls.UploadAsync(other.Http, new string('x', 90_000));
        await BatchCalls.UploadAsync(host.Client, new string('x', 10_000));
    }

    [Fact]
    public async Task File_PastItsExpiry_IsGone()
    {
        JumpingClock clock = new();
        await using ApiHost host = await ApiHost.StartAsync(clock: clock);
        JsonElement made = await Answers.ReadAsync(await BatchCalls.SendFileAsync(
            host.Client, "x", "batch", ("expires_after[anchor]", "created_at"), ("expires_after[seconds]", "3600")));
        string id = made.GetProperty("id").GetString()!;

        clock.Jump(TimeSpan.FromSeconds(3500));
        await Answers.ReadAsync(await host.Client.GetAsync($"/v1/files/{id}"));
        clock.Jump(TimeSpan.FromSeconds(200));

        await Answers.ReadErrorAsync(await host.Client.GetAsync($"/v1/files/{id}/content"), HttpStatusCode.NotFound);
        Assert.Empty((await Answers.ReadAsync(await host.Client.GetAsync("/v1/files"))).GetProperty("data").EnumerateArray());
    }

    [Theory]
    [InlineData("created_at", "3599")]
    [InlineData("created_at", "2592001")]
    [InlineData("created_at", "soon")]
    [InlineData("last_active_at", "7200")]
    public async Task Expiry_ThatCannotBe_IsRefused(string anchor, string seconds)
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement error = await Answers.ReadErrorAsync(
            await BatchCalls.SendFileAsync(host.Client, "x", "batch", ("expires_after[anchor]", anchor), ("expires_after[seconds]", seconds)), HttpStatusCode.BadRequest);

        Assert.Equal("expires_after", error.GetProperty("param").GetString());
        Assert.Empty(Directory.EnumerateFiles(host.FileFolder));
    }

    [Fact]
    public async Task File_ThatAPageSendsWithoutAKey_IsForbidden()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Client.DefaultRequestHeaders.Add("Origin", "https://elsewhere.example");

        await Answers.ReadErrorAsync(await BatchCalls.SendFileAsync(host.Client, "x"), HttpStatusCode.Forbidden);
    }
}
