//! The program's entrance: hands the command line to `cli`.

fn main() -> std::process::ExitCode {
    shanhai::cli::run()
}
