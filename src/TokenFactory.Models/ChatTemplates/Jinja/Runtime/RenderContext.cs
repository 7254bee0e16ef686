using TokenFactory.Models.ChatTemplates.Jinja.Syntax;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Runtime;

/// <summary>The state of one rendering: what it may spend, what it has written, where it is.</summary>
internal sealed class RenderContext : IDisposable
{
    public RenderContext(ChatTemplateLimits limits, TimeProvider clock)
    {
        Budget = new RenderBudget(limits);
        Output = new OutputBuffer(Budget);
        Clock = clock;
        Evaluator = new Evaluator(this);
        Statements = new StatementRunner(this);
    }

    public RenderBudget Budget { get; }

    public OutputBuffer Output { get; }

    public TimeProvider Clock { get; }

    public Evaluator Evaluator { get; }

    public StatementRunner Statements { get; }

    /// <summary>The innermost block's names.</summary>
    public Scope Scope { get; set; } = new(null);

    /// <summary>The line of the latest operation that can fail; an error without a line of its own is located here.</summary>
    public int? Line { get; set; }

    public string Render(ParsedTemplate template, IEnumerable<(string Name, TemplateValue Value)> variables)
    {
        foreach ((string name, TemplateValue value) in variables)
        {
            // A name the template never mentions has no pooled instance and cannot be read.
            if (template.NamePool.TryGetValue(name, out string? pooled))
                Scope.Set(pooled, ValueConversion.Copy(value, 0));
        }
        Scope = new Scope(Scope);
        Statements.Run(template.Body);
        return Output.Cut(0);
    }

    public void Dispose() => Output.Dispose();
}
