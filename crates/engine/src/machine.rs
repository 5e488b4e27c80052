//! What this machine can do: instruction sets and free memory.

use std::path::Path;

use crate::EngineError;

/// Work space of llama.cpp beside weights and cache, measured with batches of 512 tokens on models up to 8 billion parameters.
const WORK_SPACE: u64 = 350 << 20;

/// Checks that the processor has what the native code was compiled for.
///
/// # Errors
/// [`EngineError::Processor`] with the names of what is missing.
pub fn check_processor() -> Result<(), EngineError> {
    let missing: Vec<&str> = env!("AFTERCALL_CPU_SETS")
        .split_whitespace()
        .filter(|set| !has(set))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(EngineError::Processor {
            missing: missing.join(", "),
        })
    }
}

#[cfg(target_arch = "x86_64")]
fn has(set: &str) -> bool {
    match set {
        "avx2" => is_x86_feature_detected!("avx2"),
        "fma" => is_x86_feature_detected!("fma"),
        "f16c" => is_x86_feature_detected!("f16c"),
        "bmi2" => is_x86_feature_detected!("bmi2"),
        "avx512f" => is_x86_feature_detected!("avx512f"),
        "avx512cd" => is_x86_feature_detected!("avx512cd"),
        "avx512vl" => is_x86_feature_detected!("avx512vl"),
        "avx512dq" => is_x86_feature_detected!("avx512dq"),
        "avx512bw" => is_x86_feature_detected!("avx512bw"),
        "avx512vbmi" => is_x86_feature_detected!("avx512vbmi"),
        "avx512vnni" => is_x86_feature_detected!("avx512vnni"),
        "avx512bf16" => is_x86_feature_detected!("avx512bf16"),
        _ => false,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn has(_: &str) -> bool {
    true
}

/// Compares what a model will take with what is free. Where the system does not tell, it passes.
///
/// # Errors
/// [`EngineError::Memory`] with both figures.
pub(crate) fn check_memory(weights: u64, cache: u64) -> Result<(), EngineError> {
    let needed = weights + cache + WORK_SPACE;
    match free_memory() {
        Some(available) if available < needed => Err(EngineError::Memory {
            needed_mib: needed >> 20,
            available_mib: available >> 20,
        }),
        _ => Ok(()),
    }
}

/// Bytes that can be taken without swapping: the system's, or what the control group leaves if that is less. What the group
/// holds of files can be given up: a model that was just fetched is among it.
fn free_memory() -> Option<u64> {
    let system = system_available(&std::fs::read_to_string("/proc/meminfo").ok()?)?;
    let group = Path::new("/sys/fs/cgroup");
    let limit = read_number(&group.join("memory.max"));
    let used = read_number(&group.join("memory.current"));
    Some(match (limit, used) {
        (Some(limit), Some(used)) => {
            let files = std::fs::read_to_string(group.join("memory.stat"))
                .map_or(0, |stat| held_of_files(&stat));
            system.min(limit.saturating_sub(used.saturating_sub(files)))
        }
        _ => system,
    })
}

fn system_available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find(|l| l.starts_with("MemAvailable:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib << 10)
}

/// Bytes of files in a control group's `memory.stat`.
fn held_of_files(stat: &str) -> u64 {
    stat.lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(name, _)| matches!(*name, "inactive_file" | "active_file"))
        .filter_map(|(_, bytes)| bytes.trim().parse::<u64>().ok())
        .sum()
}

fn read_number(path: &Path) -> Option<u64> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_in_a_control_group_are_counted() {
        let stat = "anon 5\nfile 70\ninactive_anon 1\ninactive_file 30\nactive_file 12\n";
        assert_eq!(held_of_files(stat), 42);
    }

    #[test]
    fn this_machine_runs_what_it_built() {
        check_processor().unwrap();
    }

    #[test]
    fn unknown_instruction_set_counts_as_missing_on_x86() {
        assert_eq!(has("avx9000"), cfg!(not(target_arch = "x86_64")));
    }

    #[test]
    fn available_memory_is_read_in_bytes() {
        let text = "MemTotal:  100 kB\nMemFree:  5 kB\nMemAvailable:     2048 kB\n";
        assert_eq!(system_available(text), Some(2048 << 10));
        assert_eq!(system_available("nothing"), None);
    }

    #[test]
    fn a_model_larger_than_memory_is_refused_with_both_figures() {
        let error = check_memory(1 << 60, 0).unwrap_err().to_string();
        assert!(error.contains("MiB"), "{error}");
        check_memory(1, 1).unwrap();
    }
}
