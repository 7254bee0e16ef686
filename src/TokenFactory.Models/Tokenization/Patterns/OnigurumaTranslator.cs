using System.Buffers;
using System.Globalization;
using System.Text;

namespace TokenFactory.Models.Tokenization.Patterns;

/// <summary>
/// Writes an Oniguruma expression (Ruby syntax) as a .NET one. What differs: possessive quantifiers become atomic groups, <c>(?m</c>
/// becomes <c>(?s</c>, <c>\w</c> and <c>\h</c> mean other sets, <c>\p</c> takes long names and some scripts. What has no counterpart
/// (set intersection, nested sets, <c>\X</c>, other scripts) is refused.
/// </summary>
internal sealed class OnigurumaTranslator
{
    private const string WordSet = @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u24B6-\u24E9";
    private const string HexSet = "0-9a-fA-F";
    private const int NoAtom = -1;

    private static readonly SearchValues<char> BoundsCharacters = SearchValues.Create("0123456789,");

    private static readonly Dictionary<string, string> NamedSets = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Letter"] = @"\p{L}",
        ["Alpha"] = @"\p{L}\p{M}\p{Nl}\u24B6-\u24E9",
        ["Digit"] = @"\p{Nd}",
        ["Number"] = @"\p{N}",
        ["Mark"] = @"\p{M}",
        ["Punctuation"] = @"\p{P}",
        ["Symbol"] = @"\p{S}",
        ["Separator"] = @"\p{Z}",
        ["Space"] = @"\s",
        ["Word"] = WordSet,
        ["LC"] = @"\p{Lu}\p{Ll}\p{Lt}",
        ["Han"] = @"\u2E80-\u2E99\u2E9B-\u2EF3\u2F00-\u2FD5\u3005\u3007\u3021-\u3029\u3038-\u303B\u3400-\u4DBF\u4E00-\u9FFF"
            + @"\uF900-\uFA6D\uFA70-\uFAD9",
        ["Hiragana"] = @"\u3041-\u3096\u309D-\u309F",
        ["Katakana"] = @"\u30A1-\u30FA\u30FD-\u30FF\u31F0-\u31FF\u32D0-\u32FE\u3300-\u3357\uFF66-\uFF6F\uFF71-\uFF9D",
        ["Hangul"] = @"\u1100-\u11FF\u302E-\u302F\u3131-\u318E\u3200-\u321E\u3260-\u327E\uA960-\uA97C\uAC00-\uD7A3"
            + @"\uD7B0-\uD7C6\uD7CB-\uD7FB\uFFA0-\uFFBE\uFFC2-\uFFC7\uFFCA-\uFFCF\uFFD2-\uFFD7\uFFDA-\uFFDC",
    };

    private readonly string _source;
    private readonly StringBuilder _output = new();
    private readonly Stack<int> _groups = new();
    private int _position;
    private int _atom = NoAtom;

    private OnigurumaTranslator(string source) => _source = source;

    /// <exception cref="FormatException">The expression has no counterpart; the message says which part.</exception>
    public static string Translate(string pattern)
    {
        if (pattern.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0)
            throw new FormatException("is a regular expression with characters beyond U+FFFF, which is not supported");
        OnigurumaTranslator translator = new(pattern);
        while (translator._position < pattern.Length)
            translator.Step();
        return translator._output.ToString();
    }

    private void Step()
    {
        char next = _source[_position];
        switch (next)
        {
            case '(':
                OpenGroup();
                break;
            case ')':
                _atom = _groups.TryPop(out int start) ? start : throw Refuse("an unopened ')'");
                Copy(1);
                break;
            case '[':
                _atom = _output.Length;
                CopySet();
                break;
            case '*' or '+' or '?':
                CopyQuantifier(1, bounded: false);
                break;
            case '{' when BoundsLength() is > 0 and int length:
                CopyQuantifier(length, bounded: true);
                break;
            case '|' or '^' or '$':
                _atom = NoAtom;
                Copy(1);
                break;
            case '\\':
                _atom = _output.Length;
                CopyEscape(inSet: false);
                break;
            default:
                _atom = _output.Length;
                _output.Append(next is '{' or '}' or '#' ? $"\\{next}" : next);
                _position++;
                break;
        }
    }

    private void OpenGroup()
    {
        _groups.Push(_output.Length);
        _atom = NoAtom;
        Copy(1);
        if (_position >= _source.Length || _source[_position] != '?')
            return;
        Copy(1);
        while (_position < _source.Length && _source[_position] is 'i' or 'm' or 'x' or '-')
        {
            _output.Append(_source[_position] == 'm' ? 's' : _source[_position]);
            _position++;
        }
        // The marks after '(?' are not quantifiers, nor is the bracket of a name an atom.
        while (_position < _source.Length && _source[_position] is ':' or '=' or '!' or '<' or '>')
            Copy(1);
    }

    private void CopyQuantifier(int length, bool bounded)
    {
        if (_atom == NoAtom)
            throw Refuse("a quantifier with nothing before it");
        string quantifier = _source.Substring(_position, length);
        _output.Append(quantifier.StartsWith("{,", StringComparison.Ordinal) ? "{0" + quantifier[1..] : quantifier);
        _position += length;
        if (_position < _source.Length && _source[_position] == '?')
        {
            Copy(1);
        }
        else if (_position < _source.Length && _source[_position] == '+')
        {
            // After {n,m} Ruby reads the plus as one more repetition, elsewhere as possessive.
            _position++;
            _output.Insert(_atom, bounded ? "(?:" : "(?>").Append(bounded ? ")+" : ")");
        }
    }

    /// <summary>The length of <c>{n}</c>, <c>{n,}</c>, <c>{,m}</c> or <c>{n,m}</c> here, or 0 where the brace stands for itself.</summary>
    private int BoundsLength()
    {
        int end = _source.IndexOf('}', _position);
        if (end < 0)
            return 0;
        ReadOnlySpan<char> inner = _source.AsSpan(_position + 1, end - _position - 1);
        bool isBounds = inner.ContainsAnyInRange('0', '9') && inner.Count(',') <= 1 && !inner.ContainsAnyExcept(BoundsCharacters);
        return isBounds ? end - _position + 1 : 0;
    }

    private void CopySet()
    {
        Copy(1);
        if (_position < _source.Length && _source[_position] == '^')
            Copy(1);
        bool first = true;
        while (_position < _source.Length && (first || _source[_position] != ']'))
        {
            char next = _source[_position];
            if (next == '[' || (next == '&' && _source.AsSpan(_position).StartsWith("&&")))
                throw Refuse("a nested set or a set intersection");
            if (next == '\\')
            {
                CopyEscape(inSet: true);
            }
            else
            {
                if (next == ']')
                    _output.Append('\\');
                Copy(1);
            }
            first = false;
        }
        if (_position >= _source.Length)
            throw Refuse("an unclosed set");
        Copy(1);
    }

    private void CopyEscape(bool inSet)
    {
        if (_position + 1 >= _source.Length)
            throw Refuse("a lone backslash at its end");
        char kind = _source[_position + 1];
        switch (kind)
        {
            case 'p' or 'P':
                CopyProperty(inSet);
                break;
            case 'w' or 'W' or 'h' or 'H':
                _position += 2;
                AppendSet(kind is 'w' or 'W' ? WordSet : HexSet, negated: char.IsUpper(kind), inSet);
                break;
            case 'x' when _position + 2 < _source.Length && _source[_position + 2] == '{':
                CopyBracedCodePoint();
                break;
            case 'R' or 'X' or 'K' or 'y' or 'Y' or 'N' or 'O':
                throw Refuse($"\\{kind}");
            default:
                Copy(2);
                break;
        }
    }

    private void CopyBracedCodePoint()
    {
        int end = _source.IndexOf('}', _position);
        ReadOnlySpan<char> digits = end < 0 ? default : _source.AsSpan((_position + 3)..end);
        if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code) || code is < 0 or > 0xFFFF)
            throw Refuse("a \\x{…} that is not a character up to U+FFFF");
        _output.Append(CultureInfo.InvariantCulture, $"\\u{code:X4}");
        _position = end + 1;
    }

    private void CopyProperty(bool inSet)
    {
        bool negated = _source[_position + 1] == 'P';
        int open = _position + 2;
        int end = open < _source.Length && _source[open] == '{' ? _source.IndexOf('}', open) : -1;
        if (end < 0)
            throw Refuse("a \\p without {name}");
        string name = _source[(open + 1)..end];
        if (name.StartsWith('^'))
            (name, negated) = (name[1..], !negated);
        _position = end + 1;
        bool isCategory = name.Length is 1 or 2 && name != "LC";
        if (!isCategory && !NamedSets.ContainsKey(name))
            throw Refuse($"\\p{{{name}}}");
        AppendSet(isCategory ? $"\\p{{{name}}}" : NamedSets[name], negated, inSet);
    }

    private void AppendSet(string members, bool negated, bool inSet)
    {
        bool isSingle = members == @"\s"
            || (members.StartsWith(@"\p{", StringComparison.Ordinal) && members.IndexOf('}') == members.Length - 1);
        if (negated && isSingle)
            _output.Append('\\').Append(char.ToUpperInvariant(members[1])).Append(members.AsSpan(2));
        else if (inSet && negated)
            throw Refuse("a negated class within a set");
        else if (inSet || isSingle)
            _output.Append(members);
        else
            _output.Append(negated ? "[^" : "[").Append(members).Append(']');
    }

    private void Copy(int length)
    {
        _output.Append(_source, _position, length);
        _position += length;
    }

    private static FormatException Refuse(string part) => new($"is a regular expression with {part}, which is not supported");
}
