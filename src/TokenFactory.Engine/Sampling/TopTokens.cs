namespace TokenFactory.Engine.Sampling;

/// <summary>The few most likely tokens of a row.</summary>
internal static class TopTokens
{
    /// <summary>Fills <paramref name="tokens"/> with the ids of the largest logits, largest first, of equals the lowest id first. Returns their number.</summary>
    public static int Find(ReadOnlySpan<float> logits, Span<int> tokens)
    {
        int count = 0;
        if (tokens.IsEmpty)
        {
            return 0;
        }
        for (int token = 0; token < logits.Length; token++)
        {
            if (count == tokens.Length && logits[token] <= logits[tokens[count - 1]])
            {
                continue;
            }
            int place = count < tokens.Length ? count++ : count - 1;
            while (place > 0 && logits[tokens[place - 1]] < logits[token])
            {
                tokens[place] = tokens[place - 1];
                place--;
            }
            tokens[place] = token;
        }
        return count;
    }
}
