using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Data;

namespace TokenFactory.Web.Tenants;

/// <summary>What is wrong with a form: at its fields, by their wire names, and otherwise.</summary>
public sealed class FormProblems
{
    private readonly Dictionary<string, string> _fields = [];

    /// <summary>What is wrong that is no field's; null for nothing.</summary>
    public string? Other { get; private set; }

    public bool Any => _fields.Count > 0 || Other is not null;

    /// <summary>What is wrong with a field; null for nothing.</summary>
    public string? this[string field] => _fields.GetValueOrDefault(field);

    public string IsInvalid(string field) => _fields.ContainsKey(field) ? "true" : "false";

    public void Add(string field, string problem) => _fields[field] = problem;

    public void Clear()
    {
        _fields.Clear();
        Other = null;
    }

    /// <summary>Does something and keeps why it failed.</summary>
    /// <param name="change">What is done.</param>
    /// <param name="fields">Names of the fields that the form shows; a problem of another one is shown as no field's.</param>
    /// <returns>Whether it was done.</returns>
    public async Task<bool> TryAsync(Func<Task> change, Predicate<string>? fields = null)
    {
        try
        {
            await change();
            return true;
        }
        catch (TenancyException refusal) when (refusal.Field is { } field && (fields?.Invoke(field) ?? true))
        {
            Add(field, refusal.Message);
        }
        catch (Exception problem) when (problem is TenancyException or DatabaseUnavailableException or UnauthorizedAccessException)
        {
            Other = problem.Message;
        }
        return false;
    }
}
