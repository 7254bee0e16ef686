using System.Security.Cryptography;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Dialects;

/// <summary>Ids of calls, for models that write none.</summary>
internal static class CallIds
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    /// <summary>A new id: <c>call_</c> and 24 letters; for Mistral's templates, which take no other, 9 letters.</summary>
    public static string New(ToolFormat format) =>
        format is ToolFormat.MistralList or ToolFormat.MistralNamed ? RandomNumberGenerator.GetString(Letters, 9) : "call_" + RandomNumberGenerator.GetString(Letters, 24);
}
