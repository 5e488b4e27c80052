#!/bin/sh
# Checks for what the build needs. On Debian and Ubuntu, as root, installs what is missing; elsewhere says what to
# install. Running it again does nothing. With `tests`, for what only the tests need as well.
set -eu

FOR_TESTS=${1:-}

RUST_NEEDED=1.95
NODE_NEEDED=20.19

say() { printf 'setup: %s\n' "$*"; }
have() { command -v "$1" >/dev/null 2>&1; }

# bindgen loads libclang when the engine is built; its place differs from system to system.
have_libclang() {
    for file in \
        "${LIBCLANG_PATH:-/nonexistent}"/libclang* \
        /usr/lib/llvm-*/lib/libclang*.so* \
        /usr/lib/*-linux-gnu/libclang*.so* \
        /usr/lib64/libclang*.so* /usr/lib64/llvm*/lib/libclang*.so* \
        /usr/lib/libclang*.so* \
        /Library/Developer/CommandLineTools/usr/lib/libclang.dylib \
        /Applications/Xcode.app/Contents/Developer/Toolchains/XcodeDefault.xctoolchain/usr/lib/libclang.dylib \
        /opt/homebrew/opt/llvm/lib/libclang.dylib /usr/local/opt/llvm/lib/libclang.dylib; do
        case $file in
        *libclang-cpp*) continue ;;
        esac
        if [ -e "$file" ]; then return 0; fi
    done
    return 1
}

# What is missing, by the names Debian gives the packages.
missing() {
    have cmake || echo cmake
    have make || echo make
    have c++ || have g++ || echo g++
    have clang || echo clang
    have_libclang || echo libclang-dev
    have python3 || echo python3
    # Debian's python3 comes without the module; `aftercall model pull` may fetch models through it.
    python3 -m pip --version >/dev/null 2>&1 || echo python3-pip
    have node || echo nodejs
    have npm || echo npm
    if [ "$FOR_TESTS" = tests ]; then
        have_postgres || echo postgresql
        python3 -m ensurepip --version >/dev/null 2>&1 || echo python3-venv
        have_chromium || echo chromium
        have curl || echo curl
    fi
}

have_chromium() {
    have chromium || have chromium-browser || have google-chrome || [ -x "${CHROMIUM:-/nonexistent}" ]
}

# The server's own programs: Debian keeps them out of the PATH.
have_postgres() {
    have initdb && return 0
    for file in /usr/lib/postgresql/*/bin/initdb /usr/pgsql-*/bin/initdb; do
        if [ -x "$file" ]; then return 0; fi
    done
    return 1
}

family() {
    if [ "$(uname -s)" = Darwin ]; then
        echo macos
    elif [ -r /etc/os-release ]; then
        # shellcheck disable=SC1091
        (. /etc/os-release && echo "${ID:-} ${ID_LIKE:-}")
    else
        uname -s
    fi
}

packages() {
    case $(family) in
    *debian* | *ubuntu*)
        list=$(missing | tr '\n' ' ')
        list=${list% }
        if [ -z "$list" ]; then
            say "build tools are all here"
        elif [ "$(id -u)" -eq 0 ]; then
            say "installing: $list"
            apt-get update -q
            # shellcheck disable=SC2086
            DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $list
        else
            say "missing: $list"
            say "install with: sudo apt-get update && sudo apt-get install -y $list"
            return 1
        fi
        ;;
    *)
        list=$(missing | tr '\n' ' ')
        list=${list% }
        if [ -z "$list" ]; then
            say "build tools are all here"
            return 0
        fi
        say "missing (by their Debian names): $list"
        case $(family) in
        *fedora* | *rhel* | *centos*)
            say "install with: sudo dnf install cmake make gcc-c++ clang clang-devel python3 python3-pip nodejs npm postgresql-server chromium" ;;
        *arch*)
            say "install with: sudo pacman -S --needed cmake make gcc clang python python-pip nodejs npm postgresql chromium" ;;
        macos)
            say "install with: xcode-select --install; brew install cmake python node postgresql; and Chromium for the tests" ;;
        *)
            say "install CMake, make, a C++17 compiler, clang with libclang, Python 3 with pip, Node.js with npm, and for the tests PostgreSQL and Chromium" ;;
        esac
        return 1
        ;;
    esac
}

# Whether the first version comes before the second.
older() {
    [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -t . -k 1,1n -k 2,2n | head -n 1)" = "$1" ]
}

javascript() {
    # What is missing was told above.
    have node && have npm || return 1
    found=$(command node --version | sed 's/^v//')
    if older "$found" "$NODE_NEEDED" && [ "$(id -u)" -eq 0 ]; then
        say "Node.js $found is too old for the dashboard: installing a newer one with npm"
        npm install --global --no-fund --no-audit node@22
        hash -r
        found=$(command node --version | sed 's/^v//')
    fi
    if older "$found" "$NODE_NEEDED"; then
        say "Node.js $found is too old, $NODE_NEEDED or newer is needed: sudo npm install --global node@22"
        return 1
    fi
    say "Node.js $found"
}

rust() {
    if ! have rustc || ! have cargo; then
        say "Rust is missing: install rustup as https://www.rust-lang.org/tools/install says, then run this again"
        return 1
    fi
    found=$(rustc --version | sed 's/^rustc \([0-9.]*\).*/\1/')
    if older "$found" "$RUST_NEEDED"; then
        say "Rust $found is too old, $RUST_NEEDED or newer is needed: run 'rustup update stable'"
        say "(a Rust from the system's packages is often older: https://www.rust-lang.org/tools/install has rustup)"
        return 1
    fi
    say "Rust $found"
}

status=0
packages || status=1
javascript || status=1
rust || status=1
exit "$status"
