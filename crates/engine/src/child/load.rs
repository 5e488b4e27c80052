//! Loading a model, with the checks that give a clear error instead of a crash.

use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;

use super::gguf::read_facts;
use crate::config::{DEFAULT_CONTEXT_TOKENS, EngineConfig};
use crate::error::EngineError;
use crate::machine::check_memory;
use crate::protocol::Failure;

/// Fewer tokens hold no question.
const MIN_CONTEXT: u32 = 512;

/// A model that is ready.
pub(super) struct Loaded {
    pub(super) backend: LlamaBackend,
    pub(super) model: LlamaModel,
    /// Tokens of context that it is to get.
    pub(super) context_tokens: u32,
}

pub(super) fn load(
    config: &EngineConfig,
    alive: &mut dyn FnMut() -> bool,
) -> Result<Loaded, Failure> {
    let facts = read_facts(&config.model)
        .ok_or_else(|| Failure::Native("the file's header cannot be read".into()))?;
    let trained = match facts.trained_context {
        0 => u32::MAX,
        tokens => tokens,
    };
    let context_tokens = config
        .context_tokens
        .unwrap_or(DEFAULT_CONTEXT_TOKENS.min(trained));
    if context_tokens > trained {
        return Err(Failure::ContextTooLarge {
            asked: context_tokens,
            trained,
        });
    }
    if context_tokens < MIN_CONTEXT {
        return Err(Failure::ContextTooSmall {
            needed: MIN_CONTEXT,
            available: context_tokens,
        });
    }
    if config.check_memory {
        let weights = std::fs::metadata(&config.model).map_or(0, |meta| meta.len());
        let cache = facts.cache_bytes_per_token * u64::from(context_tokens);
        if let Err(EngineError::Memory {
            needed_mib,
            available_mib,
        }) = check_memory(weights, cache)
        {
            return Err(Failure::Memory {
                needed_mib,
                available_mib,
            });
        }
    }
    alive();
    let backend = LlamaBackend::init().map_err(native)?;
    let params =
        LlamaModelParams::default().with_n_gpu_layers(config.gpu_layers.min(i32::MAX as u32));
    let model = LlamaModel::load_from_file(&backend, &config.model, &params).map_err(|_| {
        Failure::Unsupported {
            architecture: facts.architecture,
        }
    })?;
    alive();
    Ok(Loaded {
        backend,
        model,
        context_tokens,
    })
}

pub(super) fn native(error: impl std::fmt::Display) -> Failure {
    Failure::Native(error.to_string())
}
