using System.Text.Encodings.Web;
using System.Text.Json;

namespace TokenFactory.DemoModel.Export;

/// <summary>How the JSON files of a model folder look: indented, with characters unescaped.</summary>
internal static class JsonStyle
{
    public static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
