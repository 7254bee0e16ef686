using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit;

namespace TokenFactory.Api.Tests.Files;

/// <summary>Forms that are none: each is a client's error in the API's own words, and leaves nothing behind.</summary>
public sealed class BadFormTests
{
    private const string Purpose = "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n";
    private const string File = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nx\r\n";

    public static TheoryData<string> Bodies => new()
    {
        "",
        "--b",
        "--b--\r\n",
        "no form at all",
        Purpose,
        Purpose + "--b--\r\n",
        File + "--b--\r\n",
        Purpose + File,
        Purpose + File + File + "--b--\r\n",
        Purpose + "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--b--\r\n",
        Purpose + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\nx\r\n--b--\r\n",
        Purpose + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a/\"\r\n\r\nx\r\n--b--\r\n",
        Purpose + $"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{new string('n', 256)}\"\r\n\r\nx\r\n--b--\r\n",
        Purpose + File + "--b\r\nContent-Disposition: form-data; name=\"colour\"\r\n\r\nred\r\n--b--\r\n",
        Purpose + "--b\r\nContent-Disposition: attachment; name=\"file\"\r\n\r\nx\r\n--b--\r\n",
        Purpose + "--b\r\n\r\nx\r\n--b--\r\n",
        Purpose + "--b\r\nthis is no header\r\n\r\nx\r\n--b--\r\n",
        Purpose + $"--b\r\nX-Long: {new string('h', 100_000)}\r\n\r\nx\r\n--b--\r\n",
        Purpose + "--b\r\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: y\r\n")) + "\r\nx\r\n--b--\r\n",
        string.Concat(Enumerable.Repeat(Purpose, 40)) + File + "--b--\r\n",
        $"--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n{new string('p', 50_000)}\r\n" + File + "--b--\r\n",
        new string('-', 200_000),
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Form_Broken_IsTheClientsError(string body)
    {
        await using ApiHost host = await ApiHost.StartAsync();

        await Answers.ReadErrorAsync(await SendAsync(host, body, "multipart/form-data; boundary=b"), HttpStatusCode.BadRequest);

        Assert.Empty(Directory.EnumerateFiles(host.FileFolder));
        await Answers.ReadAsync(await SendAsync(host, File + Purpose + "--b--\r\n", "multipart/form-data; boundary=b"));
    }

    [Theory]
    [InlineData("application/json", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData(null, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("multipart/form-data", HttpStatusCode.BadRequest)]
    [InlineData("multipart/form-data; boundary=\"\"", HttpStatusCode.BadRequest)]
    [InlineData("multipart/form-data; boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", HttpStatusCode.BadRequest)]
    public async Task ContentType_OfNoForm_IsRefused(string? type, HttpStatusCode status)
    {
        await using ApiHost host = await ApiHost.StartAsync();

        await Answers.ReadErrorAsync(await SendAsync(host, Purpose + File + "--b--\r\n", type), status);
    }

    [Fact]
    public async Task Form_DamagedAnywhere_NeverFailsTheServer()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        byte[] whole = Encoding.ASCII.GetBytes(Purpose + File + "--b--\r\n");
        Random random = new(11);
        for (int round = 0; round < 300; round++)
        {
            byte[] damaged = round % 3 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            for (int change = round % 3; change > 0 && damaged.Length > 0; change--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            using HttpResponseMessage answer = await SendAsync(host, damaged, "multipart/form-data; boundary=b");

            string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True((int)answer.StatusCode is 200 or (>= 400 and < 500), $"round {round}: {(int)answer.StatusCode} {text}");
            Assert.True(answer.IsSuccessStatusCode || JsonElement.Parse(text).GetProperty("error").GetProperty("message").GetString() is { Length: > 0 });
        }
        JsonElement listed = await Answers.ReadAsync(await host.Client.GetAsync("/v1/files"));
        Assert.Equal(listed.GetProperty("data").GetArrayLength(), Directory.EnumerateFiles(host.FileFolder).Count());
    }

    private static Task<HttpResponseMessage> SendAsync(ApiHost host, string body, string? type) => SendAsync(host, Encoding.UTF8.GetBytes(body), type);

    private static Task<HttpResponseMessage> SendAsync(ApiHost host, byte[] body, string? type)
    {
        ByteArrayContent content = new(body);
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return host.Client.PostAsync("/v1/files", content);
    }
}
