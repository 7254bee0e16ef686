using TokenFactory.Engine.Serving;
using TokenFactory.Telemetry;

namespace TokenFactory.Web.Hosting;

/// <summary>
/// The power of what replicas run on, so that each step's energy can be told: a GPU's board, or the CPU's packages in equal shares for all
/// replicas that compute on them. It is a second old at most; what is drawn between steps is nobody's and shows as the idle share.
/// </summary>
internal sealed class ReplicaPower
{
    private readonly MachineMonitor _machine;
    private readonly ModelCatalog _catalog;
    private volatile int _onTheCpu = 1;

    public ReplicaPower(MachineMonitor machine, ModelCatalog catalog)
    {
        (_machine, _catalog) = (machine, catalog);
        catalog.Changed += Count;
    }

    /// <summary>Reads the power of a device, in watts; null where nothing measures it.</summary>
    /// <param name="device">As the executor names it: <c>cuda:0</c>, <c>cpu:0</c>.</param>
    public Func<double?> Of(string device) =>
        _machine.FindGpu(device) is { } gpu ? () => gpu.Newest?.PowerWatts : () => _machine.Newest?.CpuWatts / _onTheCpu;

    private void Count() =>
        _onTheCpu = Math.Max(1, _catalog.Models.Sum(model => model.Replicas.Count(replica => _machine.FindGpu(replica.Device.Id) is null)));
}
