//! Tells the crate which instruction sets llama.cpp is compiled for, so that a processor without them gets a sentence and no crash.

fn main() {
    let mut sets = Vec::new();
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "x86_64") {
        // llama.cpp's own defaults for a build that is not native.
        sets.extend(["avx2", "fma", "f16c", "bmi2"]);
        for (name, set) in [
            ("GGML_AVX512", "avx512f avx512cd avx512vl avx512dq avx512bw"),
            ("GGML_AVX512_VBMI", "avx512vbmi"),
            ("GGML_AVX512_VNNI", "avx512vnni"),
            ("GGML_AVX512_BF16", "avx512bf16"),
        ] {
            println!("cargo:rerun-if-env-changed={name}");
            if std::env::var(name).is_ok_and(|value| value == "ON") {
                sets.extend(set.split(' '));
            }
        }
    }
    println!("cargo:rustc-env=AFTERCALL_CPU_SETS={}", sets.join(" "));
}
