using System.Collections;
using System.ComponentModel;
using System.Reflection;

namespace TokenFactory.Web.Settings;

/// <summary>One value of an options class.</summary>
/// <param name="Key">Its key in the configuration; <see cref="OptionShape.AnyEntry"/> stands for the entries that a list lacks.</param>
/// <param name="Property">Where the value, or the list that holds it, is declared.</param>
/// <param name="Value">As the process holds it.</param>
/// <param name="Default">As it is where nobody sets it.</param>
internal sealed record OptionValue(string Key, PropertyInfo Property, object? Value, object? Default);

/// <summary>Which keys an options class reads, by the same rules as the framework's binder: properties, nested classes, lists and dictionaries.</summary>
internal static class OptionShape
{
    /// <summary>Stands in a key for the entries of a list or dictionary that has none.</summary>
    public const string AnyEntry = "#";

    /// <summary>Every value of an options object, in the order of declaration; an empty list is shown by what an entry of it would be.</summary>
    public static IEnumerable<OptionValue> Values(string path, object options, object defaults)
    {
        foreach (PropertyInfo property in Properties(options.GetType()))
        {
            string key = $"{path}:{property.Name}";
            object? value = property.GetValue(options);
            if (IsScalar(property.PropertyType))
            {
                yield return new OptionValue(key, property, value, property.GetValue(defaults));
            }
            else if (EntryType(property.PropertyType) is { } entry)
            {
                foreach (OptionValue one in Entries(key, property, entry, value))
                {
                    yield return one;
                }
            }
            else
            {
                foreach (OptionValue one in Values(key, value!, property.GetValue(defaults)!))
                {
                    yield return one;
                }
            }
        }
    }

    /// <summary>What is read from a key below a section: the type of a value, or of what holds values. Null where nothing is.</summary>
    /// <param name="options">The section's options class.</param>
    /// <param name="names">The key's parts after the section.</param>
    /// <param name="siblings">Where nothing is read: what could have stood in the place of the first part that means nothing.</param>
    public static Type? TypeAt(Type options, ReadOnlySpan<string> names, out IReadOnlyList<string> siblings)
    {
        siblings = [];
        Type type = options;
        foreach (string name in names)
        {
            if (EntryType(type) is { } entry)
            {
                type = entry;
            }
            else if (!IsScalar(type) && Properties(type).FirstOrDefault(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } property)
            {
                type = property.PropertyType;
            }
            else
            {
                siblings = IsScalar(type) ? [] : [.. Properties(type).Select(one => one.Name)];
                return null;
            }
        }
        return type;
    }

    public static bool IsScalar(Type type) => type == typeof(string) || (EntryType(type) is null && TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string)));

    private static IEnumerable<OptionValue> Entries(string key, PropertyInfo property, Type entry, object? value)
    {
        (string Name, object? Value)[] entries = value switch
        {
            IDictionary dictionary => [.. dictionary.Keys.Cast<object>().Select(name => ($"{name}", dictionary[name]))],
            IEnumerable list => [.. list.Cast<object?>().Select((one, i) => ($"{i}", one))],
            _ => [],
        };
        if (IsScalar(entry))
        {
            return entries.DefaultIfEmpty((Name: AnyEntry, Value: null)).Select(one => new OptionValue($"{key}:{one.Name}", property, one.Value, null));
        }
        object plain = Activator.CreateInstance(entry)!;
        return entries.DefaultIfEmpty((Name: AnyEntry, Value: plain)).SelectMany(one => Values($"{key}:{one.Name}", one.Value!, plain));
    }

    /// <summary>What the binder fills: what can be set, and what is there already and takes entries or values of its own.</summary>
    private static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property =>
            property.GetIndexParameters().Length == 0
            && (property.SetMethod?.IsPublic == true || (!IsScalar(property.PropertyType) && !IsSequenceOnly(property.PropertyType))));

    private static bool IsSequenceOnly(Type type) => EntryType(type) is null && typeof(IEnumerable).IsAssignableFrom(type);

    /// <summary>The type of a list's or dictionary's entries; null for everything else.</summary>
    private static Type? EntryType(Type type)
    {
        if (type == typeof(string))
        {
            return null;
        }
        Type[] shapes = [type, .. type.GetInterfaces()];
        return Argument(typeof(IDictionary<,>), 1) ?? Argument(typeof(ICollection<>), 0);

        Type? Argument(Type shape, int index) =>
            shapes.FirstOrDefault(one => one.IsGenericType && one.GetGenericTypeDefinition() == shape)?.GetGenericArguments()[index];
    }
}
