using Bunit;
using Microsoft.AspNetCore.Components;

namespace TokenFactory.Web.Tests.Setup;

/// <summary>Acts on a page that renders by itself: what is found and what is done to it belong to the same rendering.</summary>
internal static class Pressing
{
    /// <summary>Runs <paramref name="action"/> on the renderer's own thread of work, so that no rendering falls between finding and acting.</summary>
    public static void Act<T>(this IRenderedComponent<T> page, Action<IRenderedComponent<T>> action)
        where T : IComponent =>
        page.InvokeAsync(() => action(page)).GetAwaiter().GetResult();
}
