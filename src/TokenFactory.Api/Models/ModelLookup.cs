using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Errors;
using TokenFactory.Engine.Serving;
using TokenFactory.Tenancy.Directory;

namespace TokenFactory.Api.Models;

/// <summary>Finds the models that serve and that a caller may use; of others it says nothing.</summary>
internal sealed class ModelLookup(ModelCatalog catalog)
{
    /// <summary>The models that serve and may be used.</summary>
    public ServedModel[] AllFor(KeyGrant grant) => [.. catalog.Models.Where(model => grant.Allows(model.Name))];

    /// <exception cref="ApiException">No such model serves or may be used, or none is named and there are several.</exception>
    public ServedModel Find(string? name, KeyGrant grant)
    {
        if (name is not null)
        {
            return grant.Allows(name) && catalog.Find(name) is { } model ? model : throw NotFound(name, grant);
        }
        ServedModel[] models = AllFor(grant);
        return models.Length switch
        {
            1 => models[0],
            0 => throw ApiException.Unavailable("No model that this key may use serves at the moment.", "no_model"),
            _ => throw ApiException.Invalid($"model is missing, and {models.Length} models serve: {Names(models)}. Name one.", "model"),
        };
    }

    private ApiException NotFound(string name, KeyGrant grant)
    {
        string serving = AllFor(grant) is { Length: > 0 } models ? $"These do: {Names(models)}." : "None does at the moment.";
        return new ApiException(StatusCodes.Status404NotFound, new ErrorBody(
            $"No model named {Shorten(name)} serves, or this key may not use it. {serving}", ApiException.InvalidRequest, "model", "model_not_found"));
    }

    private static string Names(IEnumerable<ServedModel> models) => string.Join(", ", models.Select(model => model.Name));

    private static string Shorten(string name) => name.Length <= 100 ? $"'{name}'" : $"'{name[..100]}…'";
}
