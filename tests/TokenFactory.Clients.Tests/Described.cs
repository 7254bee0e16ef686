using TokenFactory.Tests.Shared.Contract;
using Xunit;

namespace TokenFactory.Clients.Tests;

/// <summary>Holds what official clients were answered to OpenAI's description, where that is beside the checkout.</summary>
internal static class Described
{
    private static readonly Lazy<ContractValidator?> Validator = new(() =>
        OpenApiDescription.Find() is { } description ? new ContractValidator(description, Deviations.All) : null);

    /// <summary>Fails with what is wrong with the answers.</summary>
    public static void Check(IEnumerable<Exchange> exchanges)
    {
        if (Validator.Value is { } validator)
        {
            string[] findings = [.. exchanges.SelectMany(validator.Check)];
            Assert.True(findings.Length == 0, string.Join('\n', findings));
        }
    }
}
