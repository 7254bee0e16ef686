using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using TokenFactory.Api.Admission;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;
using TokenFactory.Tenancy.Files;

namespace TokenFactory.Api.Files;

/// <summary>Answers <c>/v1/files</c>: a key sees the files of its tenant, and no others.</summary>
internal sealed class FileEndpoints(RequestAdmission admission, FileBook files, FileFolder folder, ApiOptions options, TimeProvider clock)
{
    private const int MostListed = 10_000;

    public async Task CreateAsync(HttpContext context)
    {
        Caller caller = admission.Identify(context);
        RefusePages(context, caller);
        Guid tenant = caller.Grant.Tenant.Id;
        string id = StoredFile.NewId();
        string partial = folder.PartialPathOf(id);
        FileUpload upload = new(options.Files, await files.BytesAsync(tenant, context.RequestAborted), partial);
        try
        {
            await upload.ReadAsync(context);
            File.Move(partial, folder.PathOf(id));
            DateTimeOffset now = clock.GetUtcNow();
            StoredFile file = new()
            {
                Id = id,
                TenantId = tenant,
                Name = upload.Name!,
                Purpose = upload.Purpose!,
                Bytes = upload.Bytes,
                CreatedAt = now,
                ExpiresAt = now + (upload.ExpiresAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : FileExpiry.Usual),
            };
            await files.AddAsync(file, options.Files.MaxTenantBytes, context.RequestAborted);
            await ApiJson.WriteAsync(context, FileObject.Of(file), ApiJson.Context.FileObject);
        }
        catch
        {
            File.Delete(partial);
            if (await IsUnknownAsync(tenant, id))
            {
                folder.Delete(id);
            }
            throw;
        }
    }

    public async Task ListAsync(HttpContext context)
    {
        Guid tenant = admission.Identify(context).Grant.Tenant.Id;
        PageQuery query = PageQuery.Read(context.Request, MostListed, MostListed);
        string purpose = context.Request.Query["purpose"].ToString();
        FilePurposes.DemandKnown(purpose);
        await ApiJson.WriteAsync(
            context,
            ListPages.Of(
                await files.ListAsync(tenant, purpose.Length == 0 ? null : purpose, query.After, query.Limit, query.IsDescending, context.RequestAborted),
                FileObject.Of,
                file => file.Id),
            ApiJson.Context.ListPageFileObject);
    }

    public async Task ShowAsync(HttpContext context) => await ApiJson.WriteAsync(context, FileObject.Of(await FindAsync(context)), ApiJson.Context.FileObject);

    public async Task SendAsync(HttpContext context)
    {
        StoredFile file = await FindAsync(context);
        string path = folder.PathOf(file.Id);
        if (!File.Exists(path))
        {
            throw ApiException.Failed("The content of this file is not on the server's disk any more.", "file_lost");
        }
        await using FileStream content = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        ContentDispositionHeaderValue disposition = new("attachment");
        disposition.SetHttpFileName(file.Name);
        context.Response.Headers.ContentDisposition = disposition.ToString();
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = file.Bytes;
        await content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    public async Task DeleteAsync(HttpContext context)
    {
        Guid tenant = admission.Identify(context).Grant.Tenant.Id;
        string id = IdOf(context);
        if (!await files.RemoveAsync(tenant, id, context.RequestAborted))
        {
            throw NotFound(id);
        }
        folder.Delete(id);
        await ApiJson.WriteAsync(context, new DeletedFile(id), ApiJson.Context.DeletedFile);
    }

    /// <summary>A web page may send a form to any address without asking; where no key is needed, a browser on this machine could be made to fill its disk.</summary>
    private static void RefusePages(HttpContext context, Caller caller)
    {
        if (caller.Grant.Key.Id == Guid.Empty && context.Request.Headers.ContainsKey(HeaderNames.Origin))
        {
            throw ApiException.Forbidden("A web page may upload files only with a key.", "key_required");
        }
    }

    /// <summary>Whether a file whose upload failed is certainly not there: where the database does not say so, its content stays.</summary>
    private async Task<bool> IsUnknownAsync(Guid tenant, string id)
    {
        try
        {
            return await files.FindAsync(tenant, id, CancellationToken.None) is null;
        }
        catch (Tenancy.Data.DatabaseUnavailableException)
        {
            return false;
        }
    }

    private async Task<StoredFile> FindAsync(HttpContext context)
    {
        Guid tenant = admission.Identify(context).Grant.Tenant.Id;
        string id = IdOf(context);
        return await files.FindAsync(tenant, id, context.RequestAborted) ?? throw NotFound(id);
    }

    private static string IdOf(HttpContext context) => (string)context.Request.RouteValues["file"]!;

    private static ApiException NotFound(string id) => ApiException.NotFound($"There is no file {Administration.AdminPaths.Shown(id)}.");
}
