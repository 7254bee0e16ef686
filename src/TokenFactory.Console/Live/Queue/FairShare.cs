namespace TokenFactory.Web.Live.Queue;

/// <summary>What a tenant got in a span of time.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Weight">Its share against others.</param>
/// <param name="Received">Tokens computed for it.</param>
/// <param name="HasBacklog">Whether it would have taken more.</param>
public sealed record TenantLoad(string Tenant, double Weight, long Received, bool HasBacklog);

/// <summary>A tenant's share of all tokens of a span of time, received and deserved, from 0 to 1.</summary>
public sealed record TenantShare(string Tenant, double Weight, long Tokens, double Received, double Deserved);

/// <summary>Compares what tenants received with what they deserved.</summary>
public static class FairShare
{
    /// <summary>
    /// Deserved is the weighted max-min share: capacity by weight, where nobody is given more than it asked for and what it leaves
    /// goes to those with a backlog, by weight again.
    /// </summary>
    public static IReadOnlyList<TenantShare> Of(IReadOnlyCollection<TenantLoad> loads)
    {
        double total = loads.Sum(load => load.Received);
        if (total <= 0)
        {
            return [.. loads.Select(load => new TenantShare(load.Tenant, load.Weight, 0, 0, 0))];
        }
        Dictionary<TenantLoad, double> deserved = loads.ToDictionary(load => load, _ => 0.0);
        List<TenantLoad> open = [.. loads];
        double left = total;
        while (open.Count > 0)
        {
            double perWeight = left / open.Sum(load => load.Weight);
            List<TenantLoad> content = [.. open.Where(load => !load.HasBacklog && load.Received <= perWeight * load.Weight)];
            if (content.Count == 0)
            {
                open.ForEach(load => deserved[load] = perWeight * load.Weight);
                break;
            }
            foreach (TenantLoad load in content)
            {
                deserved[load] = load.Received;
                left -= load.Received;
                open.Remove(load);
            }
        }
        return [.. loads.Select(load => new TenantShare(load.Tenant, load.Weight, load.Received, load.Received / total, deserved[load] / total))];
    }

    /// <summary>
    /// Jain's index over received / deserved: 1 where everybody got what it deserved, 1/n where one of n got everything. Null where
    /// nothing was received.
    /// </summary>
    public static double? Jain(IEnumerable<TenantShare> shares)
    {
        double[] ratios = [.. shares.Where(share => share.Deserved > 0).Select(share => share.Received / share.Deserved)];
        double squares = ratios.Sum(ratio => ratio * ratio);
        return squares > 0 ? Math.Pow(ratios.Sum(), 2) / (ratios.Length * squares) : null;
    }
}
