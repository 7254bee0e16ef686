using TokenFactory.Api.Administration.Wire;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Api.Administration;

/// <summary>
/// What loads and unloads models; the host has it. Each change throws <see cref="ModelOperationException"/> where it is refused, and is
/// written to the audit under the actor's name.
/// </summary>
public interface IModelHost
{
    /// <summary>Models that serve, that are loaded or unloaded, and loads that failed.</summary>
    Task<IReadOnlyList<ModelView>> ListAsync();

    /// <summary>Puts a load in line; <see cref="ListAsync"/> says what becomes of it.</summary>
    /// <returns>The name under which the model will be served.</returns>
    Task<string> LoadAsync(string actor, ModelBody body);

    /// <summary>Takes a model out of service, or calls its load off.</summary>
    /// <param name="actor">Who does it.</param>
    /// <param name="model">Its name.</param>
    /// <param name="drain">True: what it has comes to its end first; false: that is cancelled.</param>
    Task UnloadAsync(string actor, string model, bool drain);

    /// <summary>Calls an unload off: the model takes requests again.</summary>
    /// <param name="actor">Who does it.</param>
    /// <param name="model">Its name.</param>
    Task ResumeAsync(string actor, string model);
}
