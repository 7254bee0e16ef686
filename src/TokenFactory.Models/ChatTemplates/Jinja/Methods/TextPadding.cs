using System.Text;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Methods;

/// <summary>String methods that pad: ljust, rjust, center, zfill, expandtabs.</summary>
internal static class TextPadding
{
    public static IEnumerable<NativeFunction> All =>
    [
        new("ljust", ["width", "fillchar"], static (context, self, arguments) => Pad(context, (StringValue)self, arguments, padsLeft: false)),
        new("rjust", ["width", "fillchar"], static (context, self, arguments) => Pad(context, (StringValue)self, arguments, padsLeft: true)),
        new("center", ["width", "fillchar"], static (context, self, arguments) =>
            Center(context, (StringValue)self, arguments.Integer(0, "width", 0), arguments.Text(1, "fillchar") ?? " ")),
        new("zfill", ["width"], ZeroFill),
        new("expandtabs", ["tabsize"], ExpandTabs),
    ];

    /// <summary>Padding on both sides; an odd one goes where Python puts it.</summary>
    public static StringValue Center(RenderContext context, StringValue text, long width, string fill)
    {
        long missing = Missing(context, text, width);
        long left = (missing / 2) + (missing & width & 1);
        return text.Like(Filled(fill, left) + text.Text + Filled(fill, missing - left));
    }

    private static StringValue Pad(RenderContext context, StringValue text, CallArguments arguments, bool padsLeft)
    {
        string padding = Filled(arguments.Text(1, "fillchar") ?? " ", Missing(context, text, arguments.Integer(0, "width", 0)));
        return text.Like(padsLeft ? padding + text.Text : text.Text + padding);
    }

    private static StringValue ZeroFill(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        StringValue text = (StringValue)self;
        string zeros = Filled("0", Missing(context, text, arguments.Integer(0, "width", 0)));
        bool hasSign = text.Text.StartsWith('-') || text.Text.StartsWith('+');
        return text.Like(hasSign ? text.Text[0] + zeros + text.Text[1..] : zeros + text.Text);
    }

    private static StringValue ExpandTabs(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        StringValue text = (StringValue)self;
        long size = Math.Clamp(arguments.Integer(0, "tabsize", 8), 0, context.Budget.MaxOutputLength);
        StringBuilder result = new();
        long column = 0;
        foreach (char c in text.Text)
        {
            long width = c != '\t' ? 1 : size == 0 ? 0 : size - (column % size);
            if (c == '\t')
                context.Budget.AppendText(result, Filled(" ", width));
            else
                result.Append(c);
            column = c is '\n' or '\r' ? 0 : column + width;
        }
        context.Budget.AllocateText(result.Length);
        return text.Like(result.ToString());
    }

    private static long Missing(RenderContext context, StringValue text, long width)
    {
        long missing = Math.Max(0, width - text.CodePoints);
        context.Budget.AllocateText(missing > context.Budget.MaxOutputLength ? missing : missing + text.Text.Length);
        return missing;
    }

    private static string Filled(string fill, long count) => fill.Length == 1
        ? new string(fill[0], (int)count)
        : throw new ChatTemplateException("the fill character must be exactly one character");
}
