namespace TokenFactory.Web.Playground.Code;

/// <summary>A language that the playground writes its request in.</summary>
/// <param name="Name">Its name, for people.</param>
/// <param name="Hint">What has to be there to run the code.</param>
/// <param name="Write">The whole program.</param>
public sealed record CodeLanguage(string Name, string Hint, Func<CodeRequest, string> Write)
{
    /// <summary>All of them, in the order of the page.</summary>
    public static IReadOnlyList<CodeLanguage> All { get; } =
    [
        new("curl", "For a POSIX shell.", CurlCode.Write),
        new("C#", "For a console project with the package OpenAI, 2.15 or newer.", CSharpCode.Write),
        new("Python", "Needs the package openai.", PythonCode.Write),
        new("JavaScript", "For Node, as a module (.mjs), with the package openai.", JavaScriptCode.Write),
    ];
}
