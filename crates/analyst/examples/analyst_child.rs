//! The engine's child process alone, for the crate's tests.

fn main() -> std::io::Result<()> {
    aftercall_engine::run_child()
}
