namespace TokenFactory.Models.Tests.Configuration;

/// <summary>config.json texts with the shapes of published models; fields that nothing reads are left out.</summary>
internal static class PublishedConfigs
{
    public const string Llama32_1B = """
        {"architectures":["LlamaForCausalLM"],"attention_bias":false,"bos_token_id":128000,"eos_token_id":[128001,128008,128009],
         "head_dim":64,"hidden_act":"silu","hidden_size":2048,"intermediate_size":8192,"max_position_embeddings":131072,"mlp_bias":false,
         "model_type":"llama","num_attention_heads":32,"num_hidden_layers":16,"num_key_value_heads":8,"rms_norm_eps":1e-05,
         "rope_scaling":{"factor":32.0,"high_freq_factor":4.0,"low_freq_factor":1.0,"original_max_position_embeddings":8192,"rope_type":"llama3"},
         "rope_theta":500000.0,"tie_word_embeddings":true,"torch_dtype":"bfloat16","vocab_size":128256}
        """;

    public const string Mistral7B01 = """
        {"architectures":["MistralForCausalLM"],"bos_token_id":1,"eos_token_id":2,"hidden_act":"silu","hidden_size":4096,
         "intermediate_size":14336,"max_position_embeddings":32768,"model_type":"mistral","num_attention_heads":32,"num_hidden_layers":32,
         "num_key_value_heads":8,"rms_norm_eps":1e-05,"rope_theta":10000.0,"sliding_window":4096,"tie_word_embeddings":false,"vocab_size":32000}
        """;

    public const string MistralNemo = """
        {"architectures":["MistralForCausalLM"],"bos_token_id":1,"eos_token_id":2,"head_dim":128,"hidden_act":"silu","hidden_size":5120,
         "intermediate_size":14336,"max_position_embeddings":131072,"model_type":"mistral","num_attention_heads":32,"num_hidden_layers":40,
         "num_key_value_heads":8,"rms_norm_eps":1e-05,"rope_theta":1000000.0,"sliding_window":null,"tie_word_embeddings":false,"vocab_size":131072}
        """;

    public const string Qwen25_05B = """
        {"architectures":["Qwen2ForCausalLM"],"bos_token_id":151643,"eos_token_id":151645,"hidden_act":"silu","hidden_size":896,
         "intermediate_size":4864,"max_position_embeddings":32768,"max_window_layers":21,"model_type":"qwen2","num_attention_heads":14,
         "num_hidden_layers":24,"num_key_value_heads":2,"rms_norm_eps":1e-06,"rope_theta":1000000.0,"sliding_window":32768,
         "tie_word_embeddings":true,"use_sliding_window":false,"vocab_size":151936}
        """;

    public const string Qwen3_06B = """
        {"architectures":["Qwen3ForCausalLM"],"attention_bias":false,"bos_token_id":151643,"eos_token_id":151645,"head_dim":128,
         "hidden_act":"silu","hidden_size":1024,"intermediate_size":3072,"max_position_embeddings":40960,"max_window_layers":28,
         "model_type":"qwen3","num_attention_heads":16,"num_hidden_layers":28,"num_key_value_heads":8,"rms_norm_eps":1e-06,
         "rope_scaling":null,"rope_theta":1000000,"sliding_window":null,"tie_word_embeddings":true,"use_sliding_window":false,"vocab_size":151936}
        """;

    public const string SmolLm3_3B = """
        {"architectures":["SmolLM3ForCausalLM"],"attention_bias":false,"bos_token_id":128000,"eos_token_id":128012,"hidden_act":"silu",
         "hidden_size":2048,"intermediate_size":11008,"max_position_embeddings":65536,"mlp_bias":false,"model_type":"smollm3",
         "no_rope_layer_interval":4,"no_rope_layers":[1,1,1,0,1,1,1,0,1,1,1,0,1,1,1,0,1,1,1,0,1,1,1,0,1,1,1,0,1,1,1,0,1,1,1,0],
         "num_attention_heads":16,"num_hidden_layers":36,"num_key_value_heads":4,"rms_norm_eps":1e-06,"rope_scaling":null,
         "rope_theta":5000000.0,"sliding_window":null,"use_sliding_window":false,"vocab_size":128256}
        """;

    public const string Phi3Mini4K = """
        {"architectures":["Phi3ForCausalLM"],"attention_bias":false,"bos_token_id":1,"eos_token_id":32000,"hidden_act":"silu",
         "hidden_size":3072,"intermediate_size":8192,"max_position_embeddings":4096,"model_type":"phi3","num_attention_heads":32,
         "num_hidden_layers":32,"num_key_value_heads":32,"original_max_position_embeddings":4096,"rms_norm_eps":1e-05,"rope_scaling":null,
         "rope_theta":10000.0,"sliding_window":2047,"tie_word_embeddings":false,"vocab_size":32064}
        """;

    public const string Gemma2_2B = """
        {"architectures":["Gemma2ForCausalLM"],"attention_bias":false,"attn_logit_softcapping":50.0,"bos_token_id":2,"eos_token_id":[1,107],
         "final_logit_softcapping":30.0,"head_dim":256,"hidden_act":"gelu_pytorch_tanh","hidden_activation":"gelu_pytorch_tanh",
         "hidden_size":2304,"intermediate_size":9216,"max_position_embeddings":8192,"model_type":"gemma2","num_attention_heads":8,
         "num_hidden_layers":26,"num_key_value_heads":4,"query_pre_attn_scalar":256,"rms_norm_eps":1e-06,"rope_theta":10000.0,
         "sliding_window":4096,"vocab_size":256000}
        """;

    public const string Gemma3_1B = """
        {"architectures":["Gemma3ForCausalLM"],"attention_bias":false,"attn_logit_softcapping":null,"bos_token_id":2,"eos_token_id":[1,106],
         "final_logit_softcapping":null,"head_dim":256,"hidden_activation":"gelu_pytorch_tanh","hidden_size":1152,"intermediate_size":6912,
         "max_position_embeddings":32768,"model_type":"gemma3_text","num_attention_heads":4,"num_hidden_layers":26,"num_key_value_heads":1,
         "query_pre_attn_scalar":256,"rms_norm_eps":1e-06,"rope_local_base_freq":10000,"rope_scaling":null,"rope_theta":1000000,
         "sliding_window":512,"sliding_window_pattern":6,"vocab_size":262144}
        """;

    public const string Qwen3_30B_A3B = """
        {"architectures":["Qwen3MoeForCausalLM"],"attention_bias":false,"bos_token_id":151643,"decoder_sparse_step":1,"eos_token_id":151645,
         "head_dim":128,"hidden_act":"silu","hidden_size":2048,"intermediate_size":6144,"max_position_embeddings":40960,"max_window_layers":48,
         "mlp_only_layers":[],"model_type":"qwen3_moe","moe_intermediate_size":768,"norm_topk_prob":true,"num_attention_heads":32,
         "num_experts":128,"num_experts_per_tok":8,"num_hidden_layers":48,"num_key_value_heads":4,"rms_norm_eps":1e-06,"rope_scaling":null,
         "rope_theta":1000000.0,"sliding_window":null,"tie_word_embeddings":false,"use_sliding_window":false,"vocab_size":151936}
        """;

    public const string Mixtral8x7B = """
        {"architectures":["MixtralForCausalLM"],"bos_token_id":1,"eos_token_id":2,"hidden_act":"silu","hidden_size":4096,
         "intermediate_size":14336,"max_position_embeddings":32768,"model_type":"mixtral","num_attention_heads":32,"num_experts_per_tok":2,
         "num_hidden_layers":32,"num_key_value_heads":8,"num_local_experts":8,"rms_norm_eps":1e-05,"rope_theta":1000000.0,
         "router_aux_loss_coef":0.02,"sliding_window":null,"tie_word_embeddings":false,"vocab_size":32000}
        """;

    public const string GptOss20B = """
        {"architectures":["GptOssForCausalLM"],"attention_bias":true,"eos_token_id":200002,"experts_per_token":4,"head_dim":64,
         "hidden_act":"silu","hidden_size":2880,"initial_context_length":4096,"intermediate_size":2880,"layer_types":[
           "sliding_attention","full_attention","sliding_attention","full_attention","sliding_attention","full_attention",
           "sliding_attention","full_attention","sliding_attention","full_attention","sliding_attention","full_attention",
           "sliding_attention","full_attention","sliding_attention","full_attention","sliding_attention","full_attention",
           "sliding_attention","full_attention","sliding_attention","full_attention","sliding_attention","full_attention"],
         "max_position_embeddings":131072,"model_type":"gpt_oss","num_attention_heads":64,"num_experts_per_tok":4,"num_hidden_layers":24,
         "num_key_value_heads":8,"num_local_experts":32,"quantization_config":{"modules_to_not_convert":["model.layers.*.self_attn",
           "model.layers.*.mlp.router","model.embed_tokens","lm_head"],"quant_method":"mxfp4"},"rms_norm_eps":1e-05,
         "rope_scaling":{"beta_fast":32.0,"beta_slow":1.0,"factor":32.0,"original_max_position_embeddings":4096,"rope_type":"yarn",
           "truncate":false},"rope_theta":150000,"router_aux_loss_coef":0.9,"sliding_window":128,"swiglu_limit":7.0,
         "tie_word_embeddings":false,"vocab_size":201088}
        """;

    /// <summary>The multimodal release nests its decoder and leaves most fields to the family's defaults.</summary>
    public const string Gemma3_4B = """
        {"architectures":["Gemma3ForConditionalGeneration"],"eos_token_id":[1,106],"model_type":"gemma3",
         "text_config":{"hidden_size":2560,"intermediate_size":10240,"model_type":"gemma3_text","num_hidden_layers":34,
           "rope_scaling":{"factor":8.0,"rope_type":"linear"},"sliding_window":1024},
         "vision_config":{"hidden_size":1152}}
        """;

    /// <summary>Phi-3-mini-128k: 48 divisors a set; here 1.0 and 2.0 for all of them.</summary>
    public static string Phi3Mini128K { get; } = Phi3Mini4K
        .Replace("\"max_position_embeddings\":4096,\"model_type\"", "\"max_position_embeddings\":131072,\"model_type\"", StringComparison.Ordinal)
        .Replace("\"rope_scaling\":null", $$"""
            "rope_scaling":{"type":"longrope","short_factor":[{{Repeat("1.0")}}],"long_factor":[{{Repeat("2.0")}}]}
            """, StringComparison.Ordinal)
        .Replace("\"sliding_window\":2047", "\"sliding_window\":262144", StringComparison.Ordinal);

    private static string Repeat(string number) => string.Join(",", Enumerable.Repeat(number, 48));
}
