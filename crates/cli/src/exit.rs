//! Exit codes, and errors that carry one.

use std::io;
use std::process::ExitCode;

use crate::terminal;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was done.
    Well = 0,
    /// Some calls could not be read or analysed; the others are done.
    SomeFailed = 1,
    /// The command line, an input or the output is wrong.
    Input = 2,
    /// No model, or the engine does not start.
    Engine = 3,
    /// Ctrl-C.
    Interrupted = 130,
}

/// The codes of `analyze`, as its help states them.
pub(crate) const ANALYZE_CODES: &str = "\
Exit codes:
  0    every call was analysed
  1    some calls could not be read or analysed; standard error says which, the others are done
  2    the command line, the metrics, the inputs or the output are wrong
  3    the model is missing, the engine could not start, or five calls failed one after the other
  130  stopped by Ctrl-C; what was finished is written";

/// The codes of commands that do one thing.
pub(crate) const PLAIN_CODES: &str = "\
Exit codes:
  0    done
  2    the command line or an input is wrong";

/// The codes of `export`.
pub(crate) const EXPORT_CODES: &str = "\
Exit codes:
  0    the file is whole
  2    the command line, the database or the file is wrong; a file that was there is as it was
  130  stopped by Ctrl-C; a file that was there is as it was";

/// The codes of `model`.
pub(crate) const MODEL_CODES: &str = "\
Exit codes:
  0    done
  2    the command line is wrong, or the name is not known
  3    the model is not on this machine, could not be fetched, or is not what it should be
  130  stopped by Ctrl-C; pull goes on where it stopped";

/// The codes of `serve` and `worker`.
pub(crate) const SERVER_CODES: &str = "\
Exit codes:
  0    stopped by SIGTERM or Ctrl-C; what was in hand is finished, or back in the queue
  2    the command line, the configuration, the address or the database is wrong
  3    what analyses calls failed; the log says why";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error and the code that the program ends with.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) error: anyhow::Error,
}

impl Failure {
    pub(crate) fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self {
            exit,
            error: anyhow::Error::msg(text.into()),
        }
    }

    /// Prints the error with its causes. A reader that went away (`| head`) is no error.
    pub(crate) fn report(self) -> Exit {
        let gone = self.error.chain().any(|cause| {
            cause
                .downcast_ref::<io::Error>()
                .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
        });
        if gone {
            return Exit::Well;
        }
        terminal::error(format_args!("{:#}", self.error));
        self.exit
    }
}

/// Gives an error its exit code.
pub(crate) trait OrExit<T> {
    fn or_exit(self, exit: Exit) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> OrExit<T> for Result<T, E> {
    fn or_exit(self, exit: Exit) -> Result<T, Failure> {
        self.map_err(|error| Failure {
            exit,
            error: error.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_pipe_is_success_and_nothing_else_is() {
        let pipe: Result<(), _> = Err(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(pipe.or_exit(Exit::Input).unwrap_err().report(), Exit::Well);
        let full: Result<(), _> = Err(io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(full.or_exit(Exit::Input).unwrap_err().report(), Exit::Input);
    }
}
