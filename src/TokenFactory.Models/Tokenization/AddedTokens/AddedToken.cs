namespace TokenFactory.Models.Tokenization.AddedTokens;

/// <summary>A token that is found in the text as it stands, before the model sees the rest.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text, never empty.</param>
/// <param name="SingleWord">It is found only where no word character stands before or after it.</param>
/// <param name="StripLeft">It takes the white space before it along.</param>
/// <param name="StripRight">It takes the white space after it along.</param>
/// <param name="Normalized">It is found in the normalized text, by its own normalized content.</param>
/// <param name="Special">Decoding can leave it out.</param>
/// <param name="Control">It steers a model: it is special, or the tokenizer's configuration names it (as end, for instance).</param>
internal sealed record AddedToken(
    int Id, string Content, bool SingleWord, bool StripLeft, bool StripRight, bool Normalized, bool Special, bool Control);
