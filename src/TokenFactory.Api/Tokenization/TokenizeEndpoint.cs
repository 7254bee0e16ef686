using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Admission;
using TokenFactory.Api.ChatCompletions;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Generations;
using TokenFactory.Api.Models;
using TokenFactory.Api.Requests;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Api.Tokenization;

/// <summary>Answers <c>POST /tokenize</c> and <c>POST /detokenize</c> in vLLM's form. They generate nothing and use no quota.</summary>
internal sealed class TokenizeEndpoint(RequestAdmission admission, ModelLookup models, ApiOptions options)
{
    /// <summary>The tokens of a <c>prompt</c>, or of <c>messages</c> as a chat completion would render them.</summary>
    public async Task TokenizeAsync(HttpContext context)
    {
        Caller caller = admission.Identify(context);
        TokenizeResponse response;
        using (JsonBody body = await JsonBody.ReadAsync(context, options.MaxBodyBytes))
        {
            JsonFields fields = body.Fields;
            ServedModel model = models.Find(fields.Text("model"), caller.Grant);
            int[] tokens = Encode(fields, model);
            string[]? strings = fields.Flag("return_token_strs") == true
                ? Array.ConvertAll(tokens, token => TokenText.Of(model.Tokenizer, token).Text)
                : null;
            response = new TokenizeResponse(tokens.Length, model.MaxContext, tokens, strings);
        }
        await ApiJson.WriteAsync(context, response, ApiJson.Context.TokenizeResponse);
    }

    /// <summary>The text of <c>tokens</c>, special ones by their names.</summary>
    public async Task DetokenizeAsync(HttpContext context)
    {
        Caller caller = admission.Identify(context);
        DetokenizeResponse response;
        using (JsonBody body = await JsonBody.ReadAsync(context, options.MaxBodyBytes))
        {
            ServedModel model = models.Find(body.Fields.Text("model"), caller.Grant);
            int[] tokens = body.Fields.List("tokens", JsonFields.Integer) ?? throw ApiException.Invalid("tokens is missing; it must be an array of token ids.", "tokens");
            int wrong = Array.FindIndex(tokens, token => (uint)token >= (uint)model.Tokenizer.VocabularySize);
            if (wrong >= 0)
            {
                throw ApiException.Invalid($"tokens[{wrong}] is {tokens[wrong]}; this model's tokens run from 0 to {model.Tokenizer.VocabularySize - 1}.", "tokens");
            }
            response = new DetokenizeResponse(model.Tokenizer.Decode(tokens, skipSpecialTokens: false));
        }
        await ApiJson.WriteAsync(context, response, ApiJson.Context.DetokenizeResponse);
    }

    private static int[] Encode(JsonFields fields, ServedModel model)
    {
        if (fields.Find("messages") is not null)
        {
            return ChatPromptEncoder.Encode(model, ChatCompletionReader.Read(fields)).Tokens;
        }
        string prompt = fields.Text("prompt") ?? throw ApiException.Invalid("prompt is missing; send a prompt or messages.", "prompt");
        return model.Tokenizer.Encode(prompt, fields.Flag("add_special_tokens") ?? true, parseSpecialTokens: true);
    }
}
