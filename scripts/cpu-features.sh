#!/bin/sh
# Says which instruction sets beyond AVX2 this machine's processor has, in the words of the llama.cpp build.
#
#   eval "$(scripts/cpu-features.sh)"   sets them for the shell
#   scripts/cpu-features.sh --list      NAME=ON, one a line (for the Makefile)
#   scripts/cpu-features.sh --name      one word for the whole set (names a build cache)
#
# The build of llama.cpp reads every variable named GGML_*. It takes AVX2, FMA and F16C for granted and leaves AVX-512
# off, whatever the processor has. Other systems than Linux on x86-64 get nothing: the defaults are right there.
set -eu

mode=${1:---export}
cpuinfo=${AFTERCALL_CPUINFO:-/proc/cpuinfo}

case $(uname -m) in
x86_64 | amd64) flags=$(sed -n 's/^flags[[:space:]]*://p' "$cpuinfo" 2>/dev/null | head -n 1) ;;
*) flags='' ;;
esac

# has FLAG...: the processor has all of them.
has() {
    for flag in "$@"; do
        case " $flags " in
        *" $flag "*) ;;
        *) return 1 ;;
        esac
    done
}

set_of() {
    # -mavx512f -mavx512cd -mavx512vl -mavx512dq -mavx512bw are switched on together.
    has avx512f avx512cd avx512vl avx512dq avx512bw || return 0
    echo GGML_AVX512
    if has avx512vbmi; then echo GGML_AVX512_VBMI; fi
    if has avx512_vnni; then echo GGML_AVX512_VNNI; fi
    if has avx512_bf16; then echo GGML_AVX512_BF16; fi
}

names=$(set_of)

case $mode in
--export)
    [ -z "$names" ] || printf 'export %s\n' "$(echo "$names" | sed 's/$/=ON/' | tr '\n' ' ' | sed 's/ $//')"
    ;;
--list)
    [ -z "$names" ] || echo "$names" | sed 's/$/=ON/'
    ;;
--name)
    printf '%s' "$(uname -m)"
    for name in $names; do
        printf '%s' "$name" | sed 's/^GGML_AVX512_/-/; s/^GGML_/-/' | tr '[:upper:]' '[:lower:]'
    done
    echo
    ;;
*)
    echo "cpu-features.sh: unknown option $mode (use --export, --list or --name)" >&2
    exit 2
    ;;
esac
