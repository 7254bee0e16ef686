namespace TokenFactory.Tests.Shared.Contract;

/// <summary>A request and the answer that was read to its end.</summary>
/// <param name="Method">The request's method.</param>
/// <param name="Path">The request's path, without its query.</param>
/// <param name="Status">The answer's status.</param>
/// <param name="MediaType">The answer's media type.</param>
/// <param name="Body">The answer's body.</param>
internal sealed record Exchange(string Method, string Path, int Status, string MediaType, string Body)
{
    public override string ToString() => $"{Method} {Path} {Status} {MediaType}";
}
