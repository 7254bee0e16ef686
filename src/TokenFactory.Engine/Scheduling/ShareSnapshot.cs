using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Scheduling;

/// <summary>Where a tenant with work stands in a lane.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Tenant">The tenant.</param>
/// <param name="Weight">Its share against the lane's other tenants.</param>
/// <param name="Served">Its counter: tokens served over weight. The lowest goes next.</param>
/// <param name="LaneServed">The lane's own counter against the other lanes.</param>
/// <param name="Running">Sequences that hold a row.</param>
/// <param name="Waiting">Sequences that wait.</param>
public sealed record ShareSnapshot(Lane Lane, string Tenant, double Weight, double Served, double LaneServed, int Running, int Waiting);
