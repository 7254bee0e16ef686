using System.Collections.Frozen;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;

namespace TokenFactory.Models.ChatTemplates.Jinja.Filters;

/// <summary>All filters by name, Jinja2's aliases included.</summary>
internal static class FilterTable
{
    private static readonly FrozenDictionary<string, NativeFunction> Filters = Create();

    public static NativeFunction? Find(string name) => Filters.GetValueOrDefault(name);

    private static FrozenDictionary<string, NativeFunction> Create()
    {
        Dictionary<string, NativeFunction> filters = [];
        NativeFunction[] all =
        [
            .. CaseFilters.All, .. TextFilters.All, .. LayoutFilters.All, .. NumberFilters.All, .. SequenceFilters.All,
            .. OrderFilters.All, .. SelectionFilters.All, .. GroupFilters.All, .. MapFilters.All, .. EscapeFilters.All,
        ];
        foreach (NativeFunction filter in all)
            filters.Add(filter.Name, filter);
        filters.Add("count", filters["length"]);
        filters.Add("d", filters["default"]);
        filters.Add("e", filters["escape"]);
        return filters.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
