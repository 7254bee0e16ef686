using TokenFactory.Engine.Constraints.Grammars;
using Return = TokenFactory.Engine.Constraints.Automata.StackNode.Return;
using Thread = TokenFactory.Engine.Constraints.Automata.Configuration.Thread;

namespace TokenFactory.Engine.Constraints.Automata;

/// <summary>
/// Completes a set of threads: rules that have ended give way to who waits for them, and rules that may begin are entered, each once with
/// all who call it. A call in last place leaves nothing to come back to and passes its callers on, so that recursion at the end of a rule
/// does not grow the stack. Scratch memory of one automaton, used under its lock.
/// </summary>
internal sealed class Closure(PushdownProgram program, Func<IEnumerable<Return>, StackNode> intern)
{
    /// <summary>More threads than any sensible grammar has; a text that would need more is not let through.</summary>
    private const int MostThreads = 4096;

    private readonly HashSet<Thread> _seen = [];
    private readonly Stack<Thread> _pending = new();
    private readonly Dictionary<int, HashSet<Return>> _callers = [];
    private readonly PriorityQueue<int, int> _rules = new();

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        _seen.Clear();
        _pending.Clear();
        _callers.Clear();
        _rules.Clear();
    }

    public void Add(int state, StackNode stack)
    {
        Thread thread = new(state, stack);
        if (_seen.Add(thread))
            _pending.Push(thread);
    }

    /// <summary>The configuration of what was added, not interned.</summary>
    public Configuration Complete()
    {
        bool isComplete = EndRules();
        foreach (Thread thread in _seen)
            Call(thread);
        EnterRules();
        if (_seen.Count > MostThreads)
            return Configuration.Dead;
        Thread[] threads = [.. _seen.Where(thread => program.ReadsBytes(thread.State)).OrderBy(thread => thread.State).ThenBy(thread => thread.Stack.Id)];
        return threads.Length == 0 && !isComplete ? Configuration.Dead : new Configuration(threads, isComplete);
    }

    private bool EndRules()
    {
        bool isComplete = false;
        while (_seen.Count <= MostThreads && _pending.TryPop(out Thread thread))
        {
            if (!program.IsFinal(thread.State))
                continue;
            if (thread.Stack == StackNode.Bottom)
                isComplete = true;
            foreach (Return one in thread.Stack.Returns)
                Add(one.State, one.Below);
        }
        return isComplete;
    }

    private void EnterRules()
    {
        while (_rules.TryDequeue(out int rule, out _))
        {
            Thread thread = new(program.StartOf(rule), intern(_callers[rule]));
            _seen.Add(thread);
            Call(thread);
        }
    }

    private void Call(Thread thread)
    {
        foreach (RuleAutomaton.Call call in program.CallsOf(thread.State))
        {
            if (!_callers.TryGetValue(call.Rule, out HashSet<Return>? callers))
            {
                _callers.Add(call.Rule, callers = []);
                _rules.Enqueue(call.Rule, program.PlaceOf(call.Rule));
            }
            if (program.IsTail(call.To) && thread.Stack != StackNode.Bottom)
            {
                foreach (Return one in thread.Stack.Returns)
                    callers.Add(one);
            }
            else
            {
                callers.Add(new Return(call.To, thread.Stack));
            }
        }
    }
}
