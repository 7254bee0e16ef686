using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Errors;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Api.Models;

/// <summary>Finds the model that a request asks for.</summary>
internal sealed class ModelLookup(ModelCatalog catalog)
{
    /// <exception cref="ApiException">No such model serves, or none is named and there are several.</exception>
    public ServedModel Find(string? name)
    {
        if (name is not null)
        {
            return catalog.Find(name) ?? throw NotFound(name);
        }
        IReadOnlyList<ServedModel> models = catalog.Models;
        return models.Count switch
        {
            1 => models[0],
            0 => throw ApiException.Unavailable("No model serves at the moment.", "no_model"),
            _ => throw ApiException.Invalid($"model is missing, and {models.Count} models serve: {Names(models)}. Name one.", "model"),
        };
    }

    private ApiException NotFound(string name)
    {
        string serving = catalog.Models is { Count: > 0 } models ? $"These do: {Names(models)}." : "None does at the moment.";
        return new ApiException(StatusCodes.Status404NotFound, new ErrorBody(
            $"No model named {Shorten(name)} serves. {serving}", ApiException.InvalidRequest, "model", "model_not_found"));
    }

    private static string Names(IEnumerable<ServedModel> models) => string.Join(", ", models.Select(model => model.Name));

    private static string Shorten(string name) => name.Length <= 100 ? $"'{name}'" : $"'{name[..100]}…'";
}
