using MudBlazor;

namespace TokenFactory.Web.Components.Layout;

/// <summary>The console's colours and type. <c>wwwroot/css/app.css</c> holds what pages outside a circuit and the charts need of them.</summary>
internal static class ConsoleTheme
{
    // No font is fetched: what the system has is what operators are used to reading.
    private static readonly string[] Fonts = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Liberation Sans", "Arial", "sans-serif"];

    /// <summary>Holds unless the document says that it is dark.</summary>
    public static MudTheme Light { get; } = Create(":root");

    /// <summary>Holds where <c>wwwroot/js/theme.js</c> has marked the document, which it does before the first paint: no page waits for its circuit to get its colours.</summary>
    public static MudTheme Dark { get; } = Create(":root[data-theme=\"dark\"]");

    private static MudTheme Create(string scope) => new()
    {
        PseudoCss = new PseudoCss { Scope = scope },
        PaletteLight = CreateLight(),
        PaletteDark = CreateDark(),
        LayoutProperties = new LayoutProperties
        {
            DefaultBorderRadius = "8px",
            DrawerWidthLeft = "208px",
            AppbarHeight = "56px",
        },
        Typography = CreateTypography(),
    };

    private static PaletteLight CreateLight() => new()
    {
        Primary = "#0d5f6b",
        PrimaryContrastText = "#ffffff",
        Secondary = "#a8690a",
        Tertiary = "#4a5b9a",
        Info = "#2b6cb0",
        Success = "#2c7a51",
        Warning = "#a8690a",
        Error = "#b3382c",
        Background = "#f4f6f7",
        BackgroundGray = "#e9edef",
        Surface = "#ffffff",
        AppbarBackground = "#ffffff",
        AppbarText = "#1b2529",
        DrawerBackground = "#f4f6f7",
        DrawerText = "#37464c",
        DrawerIcon = "#56676e",
        TextPrimary = "#1b2529",
        TextSecondary = "#56676e",
        ActionDefault = "#56676e",
        Divider = "#dde4e7",
        LinesDefault = "#dde4e7",
        LinesInputs = "#9babb1",
        TableLines = "#e6ecee",
    };

    private static PaletteDark CreateDark() => new()
    {
        Primary = "#63c2c8",
        PrimaryContrastText = "#06252a",
        Secondary = "#e8b45a",
        Tertiary = "#93a5e6",
        Info = "#7db3ea",
        Success = "#6cc496",
        Warning = "#e8b45a",
        Error = "#f08b7e",
        Background = "#0f1517",
        BackgroundGray = "#1d262a",
        Surface = "#161e21",
        AppbarBackground = "#161e21",
        AppbarText = "#e3eaec",
        DrawerBackground = "#0f1517",
        DrawerText = "#c3cfd3",
        DrawerIcon = "#93a3a9",
        TextPrimary = "#e3eaec",
        TextSecondary = "#9aaab0",
        ActionDefault = "#9aaab0",
        Divider = "#29353a",
        LinesDefault = "#29353a",
        LinesInputs = "#5b6c73",
        TableLines = "#243035",
    };

    private static Typography CreateTypography() => new()
    {
        Default = new DefaultTypography { FontFamily = Fonts, FontSize = ".875rem", LetterSpacing = "normal" },
        Button = new ButtonTypography { FontFamily = Fonts, TextTransform = "none", FontWeight = "600", LetterSpacing = "normal" },
    };
}
