using TokenFactory.Api;
using TokenFactory.Api.ChatClients;
using TokenFactory.Api.Generations;
using TokenFactory.Api.Metrics;
using TokenFactory.Engine.Serving;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Quotas;

namespace TokenFactory.Web.Tests.Setup;

/// <summary>Chat clients as a host makes them.</summary>
internal static class TestClients
{
    public static EngineChatClients CountingIn(IUsageLedger ledger) =>
        new(new GenerationSubmitter(new QuotaBook(TimeProvider.System), ledger, new ApiMetrics(new ModelCatalog(), new ApiOptions()), TimeProvider.System));
}
