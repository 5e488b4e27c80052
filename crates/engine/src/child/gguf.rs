//! Facts of a GGUF file that are needed before its weights are loaded.

use std::path::Path;

use llama_cpp_2::gguf::GgufContext;

/// Facts from a file's metadata. Numbers that the file does not state are 0.
pub(super) struct Facts {
    pub(super) architecture: String,
    /// Tokens that the model was trained for.
    pub(super) trained_context: u32,
    /// Bytes of cache that one token takes, at two bytes a number.
    pub(super) cache_bytes_per_token: u64,
}

pub(super) fn read_facts(path: &Path) -> Option<Facts> {
    let file = GgufContext::from_file(path)?;
    let architecture = text(&file, "general.architecture").unwrap_or_else(|| "unknown".into());
    let number = |name: &str| number(&file, &format!("{architecture}.{name}"));
    let heads = number("attention.head_count").max(1);
    let kv_heads = match number("attention.head_count_kv") {
        0 => heads,
        n => n,
    };
    let width = match number("attention.key_length") {
        0 => number("embedding_length") / heads,
        n => n,
    };
    Some(Facts {
        cache_bytes_per_token: u64::from(number("block_count"))
            * u64::from(kv_heads)
            * u64::from(width)
            * 2
            * 2,
        trained_context: number("context_length"),
        architecture,
    })
}

fn text(file: &GgufContext, key: &str) -> Option<String> {
    let at = file.find_key(key);
    (at >= 0 && file.kv_type(at) == llama_cpp_sys_2::GGUF_TYPE_STRING)
        .then(|| file.val_str(at).map(str::to_owned))?
}

fn number(file: &GgufContext, key: &str) -> u32 {
    let at = file.find_key(key);
    if at >= 0 && file.kv_type(at) == llama_cpp_sys_2::GGUF_TYPE_UINT32 {
        file.val_u32(at)
    } else {
        0
    }
}
