using TokenFactory.Api.Administration;
using TokenFactory.Api.Administration.Wire;
using TokenFactory.Engine.Serving;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Live.Loading;
using TokenFactory.Web.Serving.Fit;

namespace TokenFactory.Web.Serving;

/// <summary>Models as the administration's REST sees them.</summary>
internal sealed class ModelHost(AuditedModels models, ModelsStore store, FitDesk fits) : IModelHost
{
    public async Task<IReadOnlyList<ModelView>> ListAsync()
    {
        ModelsSnapshot now = await store.LookAsync();
        return [.. now.Serving.Select(Describe), .. now.Loads.Select(Describe)];
    }

    public async Task<string> LoadAsync(string actor, ModelBody body)
    {
        ModelOptions options = Read(body);
        // An absent KV memory is filled in even where a model is loaded against the estimate.
        ModelOptions whole = body.EvenIfTooLarge && options.KvMemoryMegabytes is null ? fits.Complete(options) : options;
        await models.LoadAsync(actor, whole, body.EvenIfTooLarge);
        return ModelManager.NameOf(options);
    }

    public async Task UnloadAsync(string actor, string model, bool drain)
    {
        ModelsSnapshot now = await store.LookAsync();
        if (now.Loads.FirstOrDefault(load => load.Model == model && load.Failure is null) is { } load)
        {
            await models.CancelLoadAsync(actor, load.Id);
            return;
        }
        if (now.Serving.FirstOrDefault(serving => serving.Model.Name == model)?.Drain is null)
        {
            await models.UnloadAsync(actor, model);
        }
        if (!drain)
        {
            await EndNowAsync(actor, model);
        }
    }

    public Task ResumeAsync(string actor, string model) => models.ResumeAsync(actor, model);

    private async Task EndNowAsync(string actor, string model)
    {
        try
        {
            await models.EndNowAsync(actor, model);
        }
        catch (ModelOperationException gone) when (gone.Problem == ModelOperationProblem.NotFound)
        {
            // It had nothing left to cancel.
        }
    }

    private static ModelOptions Read(ModelBody body)
    {
        ModelOptions usual = new();
        return new ModelOptions
        {
            Path = body.Path ?? "",
            Name = body.Name,
            Device = Parse<ModelDevice>(body.Device, "device"),
            Precision = Parse<ModelPrecision>(body.Precision, "precision"),
            KvPrecision = Parse<KvPrecision>(body.KvPrecision, "kv_precision"),
            Replicas = body.Replicas ?? usual.Replicas,
            MaxSequences = body.MaxSequences,
            DevicesPerReplica = body.DevicesPerReplica ?? usual.DevicesPerReplica,
            MaxContext = body.MaxContext,
            MaxStepTokens = body.MaxStepTokens,
            KvMemoryMegabytes = body.KvMemoryMegabytes,
            Threads = body.Threads ?? usual.Threads,
        };
    }

    /// <summary>What a word names; absent: the first, which is auto.</summary>
    private static T Parse<T>(string? text, string field)
        where T : struct, Enum =>
        text is null ? default
        : Enum.TryParse(text, ignoreCase: true, out T value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0]) ? value
        : throw new ModelOperationException(
            ModelOperationProblem.Invalid, $"{field} is \"{text}\"; it must be one of {string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()))}.", field);

    private static ModelView Describe(ServingModel serving) => new(
        serving.Model.Name,
        serving.Drain is null ? "serving" : "draining",
        serving.Model.Facts.Folder,
        Precision: serving.Model.Precision,
        MaxContext: serving.Model.MaxContext,
        Replicas: [.. serving.Replicas.Select(replica => new ReplicaView(replica.Device, replica.Running, replica.Waiting, replica.Problem))],
        FinishesInSeconds: serving.Drain?.FinishesIn?.TotalSeconds);

    private static ModelView Describe(ModelLoad load) =>
        new(load.Model, load.Failure is null ? "loading" : "failed", load.Folder, load.Failure is null ? load.Stage : null, load.Whole, load.Failure);
}
