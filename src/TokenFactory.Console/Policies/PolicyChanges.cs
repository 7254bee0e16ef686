using System.Collections.Concurrent;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Serving;
using TokenFactory.Tenancy.Administration;

namespace TokenFactory.Web.Policies;

/// <summary>A guard on duty.</summary>
/// <param name="Guard">What it watches.</param>
/// <param name="Version">The version that it may take back.</param>
/// <param name="Before">What it goes back to.</param>
/// <param name="WorseSince">Since when the figure is worse; null while it is not.</param>
public sealed record GuardDuty(PolicyGuard Guard, int Version, PolicyVersion Before, DateTimeOffset? WorseSince);

/// <summary>Changes batch policies of running models, with an entry in the audit, and takes changes back that a guard minds.</summary>
public sealed class PolicyChanges(ModelCatalog catalog, LatencyHistory latencies, AuditTrail audit, TimeProvider clock)
{
    private const string GuardActor = "guard";

    private readonly ConcurrentDictionary<string, GuardDuty> _duties = new();

    /// <summary>The guard on duty for a model; null for none.</summary>
    public GuardDuty? DutyOf(string model) => _duties.GetValueOrDefault(model);

    /// <summary>Puts a policy into force at the model's next step.</summary>
    /// <exception cref="ArgumentException">The policy exceeds what the executor can do; the message lists how.</exception>
    public async Task<PolicyVersion> ApplyAsync(string actor, ServedModel model, BatchPolicy policy, string reason, PolicyGuard? guard = null)
    {
        PolicyVersion before = model.Policy;
        PolicyVersion after = await model.ChangePolicyAsync(policy, actor, reason);
        _duties.TryRemove(model.Name, out _);
        if (guard is not null)
        {
            _duties[model.Name] = new GuardDuty(guard, after.Version, before, null);
        }
        await audit.AddAsync(actor, "policy.change", model.Name, before, after);
        return after;
    }

    /// <summary>Goes back to an earlier version's policy, as a version of its own.</summary>
    public Task<PolicyVersion> RollBackAsync(string actor, ServedModel model, PolicyVersion to) =>
        ApplyAsync(actor, model, to.Policy, FormattableString.Invariant($"Back to version {to.Version}"));

    /// <summary>Lets every guard look once.</summary>
    public async Task CheckGuardsAsync()
    {
        DateTimeOffset now = clock.GetUtcNow();
        foreach ((string name, GuardDuty duty) in _duties)
        {
            if (catalog.Find(name) is not { } model || model.Policy.Version != duty.Version)
            {
                _duties.TryRemove(name, out _);
                continue;
            }
            LatencyFigures figures = latencies.Read(name, now - PolicyGuard.Patience, now);
            GuardDuty next = duty with { WorseSince = duty.Guard.IsWorse(figures) ? duty.WorseSince ?? now : null };
            if (next.WorseSince is { } since && now - since >= PolicyGuard.Patience)
            {
                await ApplyAsync(GuardActor, model, duty.Before.Policy, FormattableString.Invariant(
                    $"Back to version {duty.Before.Version}: for a minute {duty.Guard.Describe()} (last {duty.Guard.Of(figures):0.#})"));
            }
            else
            {
                _duties.TryUpdate(name, next, duty);
            }
        }
    }
}
