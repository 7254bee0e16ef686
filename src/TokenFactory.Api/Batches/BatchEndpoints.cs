using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Administration;
using TokenFactory.Api.Admission;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Files;
using TokenFactory.Api.Requests;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Batches;
using TokenFactory.Tenancy.Files;
using TokenFactory.Tenancy.Plans;

namespace TokenFactory.Api.Batches;

/// <summary>Answers <c>/v1/batches</c>: a key sees the batches of its tenant, and no others.</summary>
internal sealed class BatchEndpoints(
    RequestAdmission admission, BatchBook book, FileBook files, BatchService service, LineSender sender, ApiOptions options, TimeProvider clock)
{
    private const int UsuallyListed = 20;
    private const int MostListed = 100;

    public async Task CreateAsync(HttpContext context)
    {
        Caller caller = admission.Identify(context);
        BatchRequest request;
        using (JsonBody body = await JsonBody.ReadAsync(context, options.MaxBodyBytes))
        {
            request = BatchRequest.Read(body.Fields, sender.Endpoints);
        }
        if ((caller.Grant.Lanes & LaneRights.Batch) == 0)
        {
            throw ApiException.Forbidden($"{caller.Grant.Tenant.Name} may not use the lane batch, in which batches are computed. Ask for the right.", "lane_not_allowed");
        }
        await DemandInputAsync(caller, request.InputFileId, context.RequestAborted);
        Batch batch = ToBatch(request, caller);
        if (!await book.TryAddAsync(batch, options.Batches.MaxOpenBatches, context.RequestAborted))
        {
            throw new ApiException(StatusCodes.Status429TooManyRequests, new ErrorBody(
                $"This tenant has {options.Batches.MaxOpenBatches} batches that have not ended, which is the most. Wait for one, or cancel one.",
                "requests", null, "too_many_batches"));
        }
        BatchObject answer = BatchObject.Of(batch, null);
        service.Begin(batch);
        await ApiJson.WriteAsync(context, answer, ApiJson.Context.BatchObject);
    }

    public async Task ListAsync(HttpContext context)
    {
        Guid tenant = admission.Identify(context).Grant.Tenant.Id;
        PageQuery query = PageQuery.Read(context.Request, UsuallyListed, MostListed);
        await ApiJson.WriteAsync(
            context,
            ListPages.Of(await book.ListAsync(tenant, query.After, query.Limit, context.RequestAborted), View, batch => batch.Id),
            ApiJson.Context.ListPageBatchObject);
    }

    public async Task ShowAsync(HttpContext context) => await ApiJson.WriteAsync(context, View(await FindAsync(context)), ApiJson.Context.BatchObject);

    public async Task CancelAsync(HttpContext context)
    {
        Batch found = await FindAsync(context);
        Batch cancelled = await book.ChangeAsync(found.Id, TryCancel, cancellation: context.RequestAborted);
        service.Cancel(cancelled.Id);
        await ApiJson.WriteAsync(context, View(cancelled), ApiJson.Context.BatchObject);
    }

    private bool TryCancel(Batch batch)
    {
        if (batch.State == BatchState.Cancelling)
        {
            return false;
        }
        if (!batch.IsOpen || batch.State == BatchState.Finalizing)
        {
            throw new TenancyException(TenancyProblem.Conflict, $"This batch has ended or is about to ({batch.State}): there is nothing left to cancel.");
        }
        batch.State = BatchState.Cancelling;
        batch.CancellingAt = clock.GetUtcNow();
        return true;
    }

    private async Task DemandInputAsync(Caller caller, string id, CancellationToken cancellation)
    {
        StoredFile? file = await files.FindAsync(caller.Grant.Tenant.Id, id, cancellation);
        if (file is not { Purpose: FilePurposes.Batch })
        {
            throw ApiException.Invalid(
                file is null
                    ? $"There is no file {AdminPaths.Shown(id)}. Upload one with the purpose {FilePurposes.Batch} first."
                    : $"The file is of the purpose {file.Purpose}; a batch reads files of the purpose {FilePurposes.Batch}.",
                "input_file_id");
        }
    }

    private Batch ToBatch(BatchRequest request, Caller caller)
    {
        DateTimeOffset now = clock.GetUtcNow();
        return new Batch
        {
            Id = Batch.NewId(),
            TenantId = caller.Grant.Tenant.Id,
            KeyId = caller.Grant.Key.Id,
            Endpoint = request.Endpoint,
            InputFileId = request.InputFileId,
            OutputFileId = StoredFile.NewId(),
            ErrorFileId = StoredFile.NewId(),
            OutputSeconds = request.OutputSeconds,
            Metadata = request.Metadata is null ? null : JsonSerializer.Serialize(request.Metadata, ApiJson.Context.DictionaryStringString),
            CreatedAt = now,
            ExpiresAt = now + BatchRequest.WindowLength,
        };
    }

    private BatchObject View(Batch batch) => BatchObject.Of(batch, service.Find(batch.Id));

    private async Task<Batch> FindAsync(HttpContext context)
    {
        Guid tenant = admission.Identify(context).Grant.Tenant.Id;
        string id = AdminPaths.Segment(context, "batch");
        return await book.FindAsync(tenant, id, context.RequestAborted) ?? throw ApiException.NotFound($"There is no batch {AdminPaths.Shown(id)}.");
    }
}
