using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;
using TokenFactory.Web.Tests.Setup;

namespace TokenFactory.Web.BrowserTests.Measurements;

/// <summary>A served model whose stand-in executor takes its time for a step, with any number of requests before it: 40 tenants in three lanes.</summary>
internal static class CrowdedModel
{
    private const int Tenants = 40;
    private const int TokensPerRequest = 120;

    private static readonly TimeSpan StepTime = TimeSpan.FromMilliseconds(50);
    private static readonly Lane[] Lanes = Enum.GetValues<Lane>();

    /// <summary>Adds the model and its requests; eight of them run at a time, 160 tokens/s in all.</summary>
    public static HashModel AddTo(InProcessConsole console, int requests)
    {
        HashModel model = new("crowded", policy: policy => policy with { QueueRequests = requests * 2 });
        model.Executor.StepTime = StepTime;
        console.Catalog.Add(model.Served);
        for (int i = 0; i < requests; i++)
        {
            GenerationRequest request = new()
            {
                Id = $"req-{i:D6}",
                Tenant = $"tenant-{i % Tenants:D2}",
                Lane = Lanes[i % Lanes.Length],
                Prompt = [1, 2, 3],
                MaxNewTokens = TokensPerRequest,
                IgnoreEndTokens = true,
            };
            if (model.Engine.TrySubmit(request, out Generation? generation) is { } rejection)
            {
                throw new InvalidOperationException($"request {i} was refused: {rejection}");
            }
            _ = ReadAsync(generation!);
        }
        return model;
    }

    private static async Task ReadAsync(Generation generation)
    {
        GenerationDelta delta = new();
        while (await generation.WaitAsync())
        {
            generation.Read(ref delta);
        }
    }
}
