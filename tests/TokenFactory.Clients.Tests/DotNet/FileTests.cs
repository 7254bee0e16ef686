using System.ClientModel;
using System.Text.Json;
using OpenAI.Batch;
using OpenAI.Files;
using OpenAI.Models;
using Xunit;

namespace TokenFactory.Clients.Tests.DotNet;

/// <summary>Models, files and batches by OpenAI's client for .NET.</summary>
[Collection(ClientHost.Name)]
public sealed class FileTests(ClientHost host) : SdkTests(host)
{
    [Fact]
    public async Task Models_OfTheServer_AreListedAndFound()
    {
        OpenAIModelClient models = Sdk.Client.GetOpenAIModelClient();

        OpenAIModelCollection all = await models.GetModelsAsync(TestContext.Current.CancellationToken);
        OpenAIModel one = await models.GetModelAsync(ClientHost.Model, TestContext.Current.CancellationToken);

        Assert.Equal(ClientHost.Model, Assert.Single(all).Id);
        Assert.Equal((ClientHost.Model, "token-factory"), (one.Id, one.OwnedBy));
    }

    [Fact]
    public async Task File_UploadedListedReadAndDeleted_IsGone()
    {
        OpenAIFileClient files = Sdk.Client.GetOpenAIFileClient();
        string line = Line("a", "x");

        OpenAIFile made = await files.UploadFileAsync(BinaryData.FromString(line), "grüße.jsonl", FileUploadPurpose.Batch);
        OpenAIFile shown = await files.GetFileAsync(made.Id, TestContext.Current.CancellationToken);
        OpenAIFileCollection listed = await files.GetFilesAsync(TestContext.Current.CancellationToken);
        BinaryData content = await files.DownloadFileAsync(made.Id, TestContext.Current.CancellationToken);
        FileDeletionResult deleted = await files.DeleteFileAsync(made.Id, TestContext.Current.CancellationToken);
        ClientResultException missing = await Assert.ThrowsAsync<ClientResultException>(() => files.GetFileAsync(made.Id, TestContext.Current.CancellationToken));

        Assert.Equal(("grüße.jsonl", FilePurpose.Batch, line.Length), (shown.Filename, shown.Purpose, shown.SizeInBytes));
        Assert.Contains(made.Id, listed.Select(file => file.Id));
        Assert.Equal(line, content.ToString());
        Assert.True(deleted.Deleted);
        Assert.Equal(404, missing.Status);
    }

    [Fact]
    public async Task Batch_CreatedAndWaitedFor_HasItsAnswersInAFile()
    {
        OpenAIFileClient files = Sdk.Client.GetOpenAIFileClient();
        OpenAIFile input = await files.UploadFileAsync(BinaryData.FromString($"{Line("a", "One")}\n{Line("b", "Two")}"), "in.jsonl", FileUploadPurpose.Batch);
        BatchClient batches = Sdk.Client.GetBatchClient();
        using BinaryContent request = BinaryContent.CreateJson(new { input_file_id = input.Id, endpoint = "/v1/chat/completions", completion_window = "24h" });

        CreateBatchOperation operation = await batches.CreateBatchAsync(request, waitUntilCompleted: true);
        using JsonDocument batch = JsonDocument.Parse((await operation.GetBatchAsync(null)).GetRawResponse().Content);
        BinaryData output = await files.DownloadFileAsync(batch.RootElement.GetProperty("output_file_id").GetString(), TestContext.Current.CancellationToken);

        Assert.True(operation.HasCompleted);
        Assert.Equal("completed", batch.RootElement.GetProperty("status").GetString());
        JsonElement[] lines = [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
        Assert.Equal(["a", "b"], lines.Select(line => line.GetProperty("custom_id").GetString()).Order());
        Assert.All(lines, line => Assert.Equal(200, line.GetProperty("response").GetProperty("status_code").GetInt32()));
    }

    private static string Line(string id, string text) => JsonSerializer.Serialize(new
    {
        custom_id = id,
        method = "POST",
        url = "/v1/chat/completions",
        body = new { model = ClientHost.Model, messages = new[] { new { role = "user", content = text } }, max_tokens = 4 },
    });
}
