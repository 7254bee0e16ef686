using System.Collections.Concurrent;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace TokenFactory.Web.BrowserTests.Measurements;

/// <summary>
/// Remembers every component of the product that any circuit made, weakly: what is still there after garbage was collected is held by
/// a page in sight or by something that forgot to let go.
/// </summary>
internal sealed class ComponentCensus
{
    private readonly ConcurrentBag<(string Type, WeakReference Component)> _made = [];

    /// <summary>How many are left, by type; garbage should have been collected before.</summary>
    public Dictionary<string, int> CountAlive() => _made.Where(one => one.Component.IsAlive).CountBy(one => one.Type).ToDictionary();

    public void Register(IServiceCollection services) => services.AddScoped<IComponentActivator>(provider => new Activator(provider, this));

    private sealed class Activator(IServiceProvider services, ComponentCensus census) : IComponentActivator
    {
        public IComponent CreateInstance(Type componentType)
        {
            IComponent component = (IComponent)ActivatorUtilities.CreateInstance(services, componentType);
            if (componentType.Assembly == typeof(ConsoleApplication).Assembly)
            {
                census._made.Add((componentType.Name, new WeakReference(component)));
            }
            return component;
        }
    }
}
