using System.Text.Json;
using TokenFactory.Engine.Sequences;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Quotas;

namespace TokenFactory.Api.Admission;

/// <summary>How lanes, limits and scopes are written in headers, bodies and the ledger.</summary>
internal static class WireNames
{
    private static readonly string[] Lanes = Names<Lane>();
    private static readonly string[] Limits = Names<LimitName>();
    private static readonly string[] Scopes = Names<QuotaScope>();

    public static string Of(Lane lane) => Lanes[(int)lane];

    public static string Of(LimitName limit) => Limits[(int)limit];

    public static string Of(QuotaScope scope) => Scopes[(int)scope];

    public static Lane? FindLane(string name) => Array.IndexOf(Lanes, name) is >= 0 and var index ? (Lane)index : null;

    /// <summary>The right that a lane needs.</summary>
    public static LaneRights RightOf(Lane lane) => (LaneRights)(1 << (int)lane);

    private static string[] Names<T>()
        where T : struct, Enum => Array.ConvertAll(Enum.GetNames<T>(), JsonNamingPolicy.SnakeCaseLower.ConvertName);
}
