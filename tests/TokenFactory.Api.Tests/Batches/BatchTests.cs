using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Tenancy.Plans;
using Xunit;
using static TokenFactory.Api.Tests.Batches.BatchCalls;

namespace TokenFactory.Api.Tests.Batches;

/// <summary>Batches from their upload to their files, over HTTP.</summary>
public sealed class BatchTests
{
    [Fact]
    public async Task Batch_OfCompletions_AnswersEveryLineAndCountsItOnce()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync();

        string id = await StartAsync(tenant.Http, Lines(40, 6));
        JsonElement batch = await UntilAsync(tenant.Http, id, "completed");

        JsonElement[] lines = await ReadAsync(tenant.Http, batch, "output_file_id");
        Assert.Equal((40, 40, 0), (Count(batch, "total"), Count(batch, "completed"), Count(batch, "failed")));
        Assert.Equal(JsonValueKind.Null, batch.GetProperty("error_file_id").ValueKind);
        Assert.Equal(Enumerable.Range(1, 40).Select(i => $"line-{i}").Order(), lines.Select(CustomId).Order());
        Assert.All(lines, line =>
        {
            string number = CustomId(line)["line-".Length..];
            JsonElement response = line.GetProperty("response");
            Assert.Equal(200, response.GetProperty("status_code").GetInt32());
            Assert.StartsWith("req_", response.GetProperty("request_id").GetString());
            Assert.Equal(JsonValueKind.Null, line.GetProperty("error").ValueKind);
            Assert.Equal(Answers.Continue($"prompt {number}", 6), response.GetProperty("body").GetProperty("choices")[0].GetProperty("text").GetString());
        });
        foreach (string instant in new[] { "created_at", "in_progress_at", "finalizing_at", "completed_at", "expires_at" })
        {
            Assert.InRange(batch.GetProperty(instant).GetInt64(), DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeSeconds(), DateTimeOffset.UtcNow.AddHours(25).ToUnixTimeSeconds());
        }
        Assert.Equal(24 * 3600, batch.GetProperty("expires_at").GetInt64() - batch.GetProperty("created_at").GetInt64());

        JsonElement[] rows = await host.ReadLedgerAsync();
        Assert.Equal(lines.Select(line => line.GetProperty("id").GetString()).Order(), rows.Select(row => row.GetProperty("idempotency_key").GetString()).Order());
        Assert.All(rows, row => Assert.Equal(("lab", "batch", "length"), (row.GetProperty("tenant").GetString(), row.GetProperty("lane").GetString(), row.GetProperty("outcome").GetString())));
        Assert.Equal(lines.Sum(line => UsageOf(line)), rows.Sum(row => row.GetProperty("total_tokens").GetInt64()));
    }

    [Fact]
    public async Task Batch_OfEmbeddings_AnswersWhatTheEndpointAnswers()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        const string Embeddings = "/v1/embeddings";
        JsonElement live = await Answers.ReadAsync(await host.Client.PostAsJsonAsync(Embeddings, new { input = "one text", encoding_format = "base64" }));
        string id = await StartAsync(
            host.Client,
            string.Join('\n', Line("good", new { model = "hash", input = "one text", encoding_format = "base64" }, Embeddings), Line("empty", new { model = "hash", input = "" }, Embeddings)),
            Embeddings);

        JsonElement batch = await UntilAsync(host.Client, id, "completed");

        JsonElement answer = Assert.Single(await ReadAsync(host.Client, batch, "output_file_id"));
        Assert.Equal(live.GetProperty("data").ToString(), answer.GetProperty("response").GetProperty("body").GetProperty("data").ToString());
        Assert.Equal((2, 1, 1), (Count(batch, "total"), Count(batch, "completed"), Count(batch, "failed")));
        JsonElement row = (await host.ReadLedgerAsync()).Single(row => row.GetProperty("lane").GetString() == "batch");
        Assert.Equal(("one text".Length, 0), (row.GetProperty("prompt_tokens").GetInt32(), row.GetProperty("generated_tokens").GetInt32()));
    }

    [Fact]
    public async Task Batch_OfConversations_FailsTheLinesThatTheEndpointRefuses()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        const string Chat = "/v1/chat/completions";
        object[] messages = [new { role = "user", content = "hello" }];
        string id = await StartAsync(
            host.Client,
            string.Join(
                '\n',
                Line("good", new { model = "hash", messages, max_tokens = 4 }, Chat),
                Line("hot", new { model = "hash", messages, temperature = 9 }, Chat),
                Line("long", new { model = "hash", messages = new object[] { new { role = "user", content = new string('x', 5000) } } }, Chat)),
            Chat);

        JsonElement batch = await UntilAsync(host.Client, id, "completed");

        JsonElement answer = Assert.Single(await ReadAsync(host.Client, batch, "output_file_id"));
        Assert.Equal(("good", Answers.Continue("user: hello\n", 4)), (CustomId(answer), answer.GetProperty("response").GetProperty("body").GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()));
        Dictionary<string, JsonElement> errors = (await ReadAsync(host.Client, batch, "error_file_id")).ToDictionary(CustomId, line => line.GetProperty("response"));
        Assert.Equal((3, 1, 2), (Count(batch, "total"), Count(batch, "completed"), Count(batch, "failed")));
        Assert.Equal((400, "temperature"), (errors["hot"].GetProperty("status_code").GetInt32(), errors["hot"].GetProperty("body").GetProperty("error").GetProperty("param").GetString()));
        Assert.Equal("context_length_exceeded", errors["long"].GetProperty("body").GetProperty("error").GetProperty("code").GetString());
        Assert.Single(await host.ReadLedgerAsync());
    }

    [Theory]
    [InlineData("""{"custom_id":"b","method":"POST","url":"/v1/completions","body":{"prompt":"x"}""", "invalid_json_line")]
    [InlineData("[1]", "invalid_json_line")]
    [InlineData("""{"method":"POST","url":"/v1/completions","body":{}}""", "missing_required_parameter")]
    [InlineData("""{"custom_id":"","method":"POST","url":"/v1/completions","body":{}}""", "missing_required_parameter")]
    [InlineData("""{"custom_id":7,"method":"POST","url":"/v1/completions","body":{}}""", "invalid_value")]
    [InlineData("""{"custom_id":"a","method":"POST","url":"/v1/completions","body":{}}""", "duplicate_custom_id")]
    [InlineData("""{"custom_id":"b","method":"GET","url":"/v1/completions","body":{}}""", "invalid_method")]
    [InlineData("""{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{}}""", "mismatched_url")]
    [InlineData("""{"custom_id":"b","method":"POST","url":"/v1/completions"}""", "missing_required_parameter")]
    [InlineData("""{"custom_id":"b","method":"POST","url":"/v1/completions","body":[]}""", "invalid_value")]
    [InlineData("""{"custom_id":"b","method":"POST","url":"/v1/completions","body":{"stream":true}}""", "invalid_stream")]
    [InlineData("""{"custom_id":"b","method":"POST","url":"/v1/completions","body":{"model":"nobody"}}""", "model_not_found")]
    public async Task Line_Malformed_FailsTheBatchWithItsNumber(string bad, string code)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string id = await StartAsync(host.Client, $"{Line("a", new { prompt = "x", max_tokens = 1 })}\r\n\n{bad}\n");

        JsonElement batch = await UntilAsync(host.Client, id, "failed");

        JsonElement error = Assert.Single(batch.GetProperty("errors").GetProperty("data").EnumerateArray());
        Assert.Equal((code, 3), (error.GetProperty("code").GetString(), error.GetProperty("line").GetInt32()));
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.True(batch.GetProperty("failed_at").GetInt64() > 0);
        Assert.Equal(JsonValueKind.Null, batch.GetProperty("output_file_id").ValueKind);
        Assert.Empty(await host.ReadLedgerAsync());
    }

    [Fact]
    public async Task Input_BeyondItsBounds_FailsTheBatch()
    {
        await using ApiHost host = await ApiHost.StartAsync(options: options => (options.Batches.MaxLines, options.Batches.MaxLineBytes) = (3, 300));

        JsonElement many = await UntilAsync(host.Client, await StartAsync(host.Client, Lines(4, 1)), "failed");
        JsonElement wide = await UntilAsync(host.Client, await StartAsync(host.Client, $"{Lines(1, 1)}\n{Line("wide", new { prompt = new string('x', 400_000) })}\n{Line("next", new { prompt = "x", stream = true })}"), "failed");
        JsonElement empty = await UntilAsync(host.Client, await StartAsync(host.Client, " \n\n"), "failed");

        Assert.Equal([("too_many_lines", 4)], ErrorsOf(many));
        Assert.Equal([("line_too_long", 2), ("invalid_stream", 3)], ErrorsOf(wide));
        Assert.Equal([("empty_file", (int?)null)], ErrorsOf(empty));
    }

    [Theory]
    [InlineData("""{"endpoint":"/v1/completions","completion_window":"24h"}""", "input_file_id")]
    [InlineData("""{"input_file_id":"file-none","endpoint":"/v1/completions","completion_window":"24h"}""", "input_file_id")]
    [InlineData("""{"input_file_id":"FILE","endpoint":"/v1/images/generations","completion_window":"24h"}""", "endpoint")]
    [InlineData("""{"input_file_id":"FILE","endpoint":"/v1/completions","completion_window":"1h"}""", "completion_window")]
    [InlineData("""{"input_file_id":"FILE","endpoint":"/v1/completions","completion_window":"24h","metadata":{"a":1}}""", "metadata")]
    [InlineData("""{"input_file_id":"FILE","endpoint":"/v1/completions","completion_window":"24h","output_expires_after":{"anchor":"created_at","seconds":5}}""", "output_expires_after")]
    [InlineData("""{"input_file_id":"FILE","endpoint":"/v1/completions","completion_window":"24h","output_expires_after":{"seconds":3600}}""", "output_expires_after")]
    public async Task Create_WithAFieldThatCannotBe_NamesIt(string body, string param)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string file = await UploadAsync(host.Client, Lines(1, 1));

        JsonElement error = await Answers.ReadErrorAsync(await host.PostJsonAsync("/v1/batches", body.Replace("FILE", file, StringComparison.Ordinal)), HttpStatusCode.BadRequest);

        Assert.Equal(param, error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Create_WithWordsAndExpiry_KeepsThem()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string file = await UploadAsync(host.Client, Lines(1, 1));

        JsonElement made = await Answers.ReadAsync(await host.Client.PostAsJsonAsync("/v1/batches", new
        {
            input_file_id = file,
            endpoint = "/v1/completions",
            completion_window = "24h",
            metadata = new { night = "shift" },
            output_expires_after = new { anchor = "created_at", seconds = 7200 },
        }));
        JsonElement batch = await UntilAsync(host.Client, made.GetProperty("id").GetString()!, "completed");

        Assert.Equal(("batch", "validating", "24h"), (made.GetProperty("object").GetString(), made.GetProperty("status").GetString(), made.GetProperty("completion_window").GetString()));
        Assert.Equal("shift", batch.GetProperty("metadata").GetProperty("night").GetString());
        JsonElement output = await Answers.ReadAsync(await host.Client.GetAsync($"/v1/files/{batch.GetProperty("output_file_id").GetString()}"));
        Assert.Equal(7200, output.GetProperty("expires_at").GetInt64() - output.GetProperty("created_at").GetInt64());
        Assert.Equal("batch_output", output.GetProperty("purpose").GetString());
    }

    [Fact]
    public async Task List_PageByPage_HasEveryBatchOnceTheNewestFirst()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string file = await UploadAsync(host.Client, Lines(1, 1));
        List<string> made = [];
        for (int i = 0; i < 5; i++)
        {
            made.Add((await Answers.ReadAsync(await SendBatchAsync(host.Client, file))).GetProperty("id").GetString()!);
        }

        List<string> listed = [];
        string after = "";
        JsonElement page;
        do
        {
            page = await Answers.ReadAsync(await host.Client.GetAsync($"/v1/batches?limit=2{after}"));
            listed.AddRange(page.GetProperty("data").EnumerateArray().Select(batch => batch.GetProperty("id").GetString()!));
            Assert.Equal(listed[^1], page.GetProperty("last_id").GetString());
            after = $"&after={listed[^1]}";
        }
        while (page.GetProperty("has_more").GetBoolean());

        Assert.Equal(Enumerable.Reverse(made), listed);
        await Answers.ReadErrorAsync(await host.Client.GetAsync("/v1/batches?limit=0"), HttpStatusCode.BadRequest);
        await Answers.ReadErrorAsync(await host.Client.GetAsync("/v1/batches?after=batch_none"), HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Batch_OfAnotherTenant_IsNotThere()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient owner = await host.AddTenantAsync(name: "owner");
        using TenantClient other = await host.AddTenantAsync(name: "other");
        string file = await UploadAsync(owner.Http, Lines(1, 1));
        string id = (await Answers.ReadAsync(await SendBatchAsync(owner.Http, file))).GetProperty("id").GetString()!;
        JsonElement batch = await UntilAsync(owner.Http, id, "completed");
        string output = batch.GetProperty("output_file_id").GetString()!;

        await Answers.ReadErrorAsync(await other.Http.GetAsync($"/v1/batches/{id}"), HttpStatusCode.NotFound);
        await Answers.ReadErrorAsync(await other.Http.PostAsync($"/v1/batches/{id}/cancel", null), HttpStatusCode.NotFound);
        await Answers.ReadErrorAsync(await SendBatchAsync(other.Http, file), HttpStatusCode.BadRequest);
        await Answers.ReadErrorAsync(await SendBatchAsync(owner.Http, output), HttpStatusCode.BadRequest);
        foreach (string one in new[] { file, output })
        {
            await Answers.ReadErrorAsync(await other.Http.GetAsync($"/v1/files/{one}"), HttpStatusCode.NotFound);
            await Answers.ReadErrorAsync(await other.Http.GetAsync($"/v1/files/{one}/content"), HttpStatusCode.NotFound);
            await Answers.ReadErrorAsync(await other.Http.DeleteAsync($"/v1/files/{one}"), HttpStatusCode.NotFound);
            await Answers.ReadAsync(await owner.Http.GetAsync($"/v1/files/{one}"));
        }
        Assert.Empty((await Answers.ReadAsync(await other.Http.GetAsync("/v1/batches"))).GetProperty("data").EnumerateArray());
        Assert.Empty((await Answers.ReadAsync(await other.Http.GetAsync("/v1/files"))).GetProperty("data").EnumerateArray());
        await Answers.ReadErrorAsync(await host.ClientWith("tf-nobody").GetAsync($"/v1/batches/{id}"), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Create_WithoutTheLane_IsForbidden()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(PlanLimits.None) with { Lanes = LaneRights.Interactive });
        string file = await UploadAsync(tenant.Http, Lines(1, 1));

        JsonElement error = await Answers.ReadErrorAsync(await SendBatchAsync(tenant.Http, file), HttpStatusCode.Forbidden);

        Assert.Equal("lane_not_allowed", error.GetProperty("code").GetString());
    }

    private static long UsageOf(JsonElement line) => line.GetProperty("response").GetProperty("body").GetProperty("usage").GetProperty("total_tokens").GetInt64();

    private static IEnumerable<(string, int?)> ErrorsOf(JsonElement batch) => batch.GetProperty("errors").GetProperty("data").EnumerateArray().Select(error =>
        (error.GetProperty("code").GetString()!, error.GetProperty("line").ValueKind == JsonValueKind.Null ? (int?)null : error.GetProperty("line").GetInt32()));
}
