namespace TokenFactory.Web.Access;

/// <summary>Who uses the console in this circuit, and what they may do. Every service that changes something asks here.</summary>
public sealed class Visitor
{
    /// <summary>Whether the visitor may do it; a page leaves out what they may not.</summary>
    public Task<bool> MayAsync(Permission permission) => Task.FromResult(Enum.IsDefined(permission));

    /// <summary>The visitor's name for the audit.</summary>
    /// <exception cref="UnauthorizedAccessException">The visitor may not do it.</exception>
    public async Task<string> DemandAsync(Permission permission) =>
        await MayAsync(permission) ? "console" : throw new UnauthorizedAccessException("This needs another role. Ask an administrator of the console for it.");
}
