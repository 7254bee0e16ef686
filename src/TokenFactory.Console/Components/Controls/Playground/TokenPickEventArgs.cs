using Microsoft.AspNetCore.Components;

namespace TokenFactory.Web.Components.Controls.Playground;

/// <summary>A token was pointed at, tapped or reached by keys; <c>js/tokens.js</c> raises it.</summary>
public sealed class TokenPickEventArgs : EventArgs
{
    /// <summary>Its place in the answer.</summary>
    public int Index { get; set; }
}

/// <summary>Makes <c>@ontokenpick</c> known to the Razor compiler.</summary>
[EventHandler("ontokenpick", typeof(TokenPickEventArgs), enableStopPropagation: true, enablePreventDefault: false)]
public static class EventHandlers;
