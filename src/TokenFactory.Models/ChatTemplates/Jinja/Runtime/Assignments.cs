using TokenFactory.Models.ChatTemplates.Jinja.Syntax;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Runtime;

/// <summary>Assigns to names, namespace attributes and, by unpacking, to several of them.</summary>
internal sealed class Assignments(RenderContext context)
{
    public void Assign(AssignmentTarget target, TemplateValue value, int line)
    {
        switch (target)
        {
            case NameTarget name:
                context.Scope.Set(name.Name, value);
                break;
            case AttributeTarget attribute:
                context.Line = line;
                SetAttribute(attribute, value);
                break;
            case TupleTarget tuple:
                context.Line = line;
                Unpack(tuple, value, line);
                break;
        }
    }

    private void SetAttribute(AttributeTarget target, TemplateValue value)
    {
        if (context.Scope.Find(target.Name) is not NamespaceValue space)
            throw new ChatTemplateException($"cannot set '{target.Name}.{target.Attribute}': '{target.Name}' is not a namespace");
        context.Budget.AllocateItems(1);
        space.Attributes.Set(StringValue.Of(target.Attribute), value);
    }

    private void Unpack(TupleTarget target, TemplateValue value, int line)
    {
        int index = 0;
        foreach (TemplateValue item in context.Budget.Iterate(value))
        {
            if (index == target.Items.Length)
                throw new ChatTemplateException($"too many values to unpack (expected {target.Items.Length})");
            Assign(target.Items[index++], item, line);
        }
        if (index < target.Items.Length)
            throw new ChatTemplateException($"not enough values to unpack (expected {target.Items.Length}, got {index})");
    }
}
