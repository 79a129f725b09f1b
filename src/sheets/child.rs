//! Parsing in a process of its own, confined in memory, processor time and files.
//!
//! The parent calls [`spawn`] with the program and the hidden sub-command that, first thing and before any
//! thread starts, calls [`confine`] and then [`child_main`] on its standard input and output. The file goes in
//! through a pipe, the rows come out through a pipe: nothing touches a disk, and a slow reader slows the parser.
use std::ffi::OsString;
use std::io::{BufWriter, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{Instant, timeout};

use super::frame::{self, Frame};
use super::{Item, Limits, Row, SheetError, SheetInfo, read};

/// Takes from this process what a parser does not need: memory, time, files, further processes.
pub fn confine(limits: &Limits) -> std::io::Result<()> {
    for (resource, soft, hard) in [
        (Resource::Core, 0, 0),
        (Resource::Fsize, 0, 0),
        (Resource::Nproc, 0, 0),
        (Resource::As, limits.memory_bytes, limits.memory_bytes),
        (Resource::Cpu, limits.cpu_seconds, limits.cpu_seconds + 1),
    ] {
        setrlimit(resource, Rlimit { current: Some(soft), maximum: Some(hard) })?;
    }
    Ok(())
}

/// The parser's whole life: the file from `input`, messages for [`spawn`]'s reader to `output`.
///
/// An error in the file is a message, not an error of this function: that is only a broken pipe.
pub fn child_main(input: impl Read, output: impl Write, limits: &Limits) -> Result<(), SheetError> {
    let mut bytes = Vec::new();
    input.take(limits.file_bytes as u64 + 1).read_to_end(&mut bytes)?;
    let mut output = BufWriter::with_capacity(64 << 10, output);
    let mut buffer = Vec::new();
    let outcome = read(&bytes, limits, &mut |item| frame::write(&Frame::Item(item), &mut buffer, &mut output));
    let last = outcome.map_or_else(Frame::Failed, |()| Frame::End);
    frame::write(&last, &mut buffer, &mut output)?;
    Ok(output.flush()?)
}

/// How to start the parser.
#[derive(Clone, Debug)]
pub struct Program {
    /// Usually `std::env::current_exe()`.
    pub path: PathBuf,
    /// The hidden sub-command.
    pub args: Vec<OsString>,
}

/// A file that is being parsed; dropping it ends the parser.
#[derive(Debug)]
pub struct Parsing {
    info: SheetInfo,
    stream: Stream,
}

/// Starts the parser on a file and waits until it has found the sheet.
pub async fn spawn(
    program: &Program,
    file: impl AsyncRead + Send + Unpin + 'static,
    limits: &Limits,
) -> Result<Parsing, SheetError> {
    let mut child = Command::new(&program.path)
        .args(&program.args)
        .env_clear()
        // The allocator must not take a gigabyte of addresses before the limit on them is set.
        .env("MIMALLOC_ARENA_RESERVE", "0")
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(SheetError::Io("the parser has no pipes".to_owned()));
    };
    let mut file = file.take(limits.file_bytes as u64 + 1);
    // A parser that refuses the file early closes its end; what it says counts, not the broken pipe.
    tokio::spawn(async move {
        if tokio::io::copy(&mut file, &mut stdin).await.is_ok() {
            let _ = stdin.shutdown().await;
        }
    });
    let stdout = BufReader::with_capacity(64 << 10, stdout);
    let mut stream = Stream { child, stdout, payload: Vec::new(), left: limits.wait, over: false };
    match stream.next().await? {
        Some(Item::Sheet(info)) => Ok(Parsing { info, stream }),
        _ => Err(SheetError::Damaged),
    }
}

impl Parsing {
    /// The sheet that was found.
    pub fn info(&self) -> &SheetInfo {
        &self.info
    }

    /// The next row, or none after the last one. After an error there are no more rows.
    pub async fn next(&mut self) -> Result<Option<Row>, SheetError> {
        match self.stream.next().await? {
            Some(Item::Row(row)) => Ok(Some(row)),
            Some(Item::Sheet(_)) => Err(SheetError::Damaged),
            None => Ok(None),
        }
    }
}

#[derive(Debug)]
struct Stream {
    child: Child,
    stdout: BufReader<ChildStdout>,
    payload: Vec<u8>,
    /// What is left of the time to wait.
    left: Duration,
    over: bool,
}

impl Stream {
    async fn next(&mut self) -> Result<Option<Item>, SheetError> {
        if self.over {
            return Ok(None);
        }
        let began = Instant::now();
        let frame = timeout(self.left, frame(&mut self.stdout, &mut self.payload)).await;
        self.left = self.left.saturating_sub(began.elapsed());
        let outcome = match frame {
            Ok(Some(Frame::Item(item))) => return Ok(Some(item)),
            Ok(Some(Frame::End)) => Ok(None),
            Ok(Some(Frame::Failed(error))) => Err(error),
            // The pipe broke off or holds nonsense: how the parser ended tells why.
            Ok(None) => Err(self.death().await),
            Err(_) => Err(SheetError::Timeout),
        };
        self.over = true;
        // It has nothing more to say; a parser that is still running was stopped for good reason.
        let _ = self.child.start_kill();
        outcome
    }

    async fn death(&mut self) -> SheetError {
        // Its end of the pipe is closed, so it ends at once unless it lies; then it is stopped.
        let status = timeout(Duration::from_secs(1), self.child.wait()).await;
        status.ok().and_then(Result::ok).map_or(SheetError::Damaged, why)
    }
}

async fn frame(stdout: &mut BufReader<ChildStdout>, payload: &mut Vec<u8>) -> Option<Frame> {
    let mut first = [0; frame::HEAD];
    stdout.read_exact(&mut first).await.ok()?;
    let (kind, length) = frame::head(first)?;
    payload.resize(length, 0);
    stdout.read_exact(payload).await.ok()?;
    frame::parse(kind, payload)
}

/// Rust aborts when memory is refused; the kernel signals when processor time is used up.
fn why(status: ExitStatus) -> SheetError {
    const SIGABRT: i32 = 6;
    const SIGKILL: i32 = 9;
    const SIGXCPU: i32 = 24;
    match status.signal() {
        Some(SIGABRT | SIGKILL) => SheetError::TooLarge,
        Some(SIGXCPU) => SheetError::Timeout,
        _ => SheetError::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program that plays the parser; `cat` plays back messages that stand in the file itself.
    fn shell(script: &str) -> Program {
        Program { path: "/bin/sh".into(), args: ["-c", script].map(OsString::from).to_vec() }
    }

    fn messages(file: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        child_main(file, &mut out, &Limits::default()).expect("memory does not break");
        out
    }

    async fn opened(script: &str, input: Vec<u8>, limits: &Limits) -> Result<Parsing, SheetError> {
        spawn(&shell(script), std::io::Cursor::new(input), limits).await
    }

    #[tokio::test]
    async fn rows_come_through_the_pipes_in_order() {
        let lines: Vec<String> = (0..50_000).map(|number| format!("{number},张三\n")).collect();
        let file = lines.concat();
        let mut parsing = opened("cat", messages(file.as_bytes()), &Limits::default()).await.expect("a sheet");
        assert_eq!(parsing.info().encoding, "utf-8");
        let mut count = 0;
        while let Some(row) = parsing.next().await.expect("a row") {
            assert_eq!((row.number, row.text(0)), (count + 1, count.to_string().as_str()));
            count += 1;
        }
        assert_eq!(count, 50_000);
        assert_eq!(parsing.next().await, Ok(None));
    }

    #[tokio::test]
    async fn what_is_wrong_with_the_file_comes_through_the_pipe() {
        let refused = opened("cat", messages(b"%PDF-1.7"), &Limits::default()).await;
        assert_eq!(refused.err(), Some(SheetError::Foreign));
        let long = format!("a\n{}\n", "x".repeat(40_000));
        let mut parsing = opened("cat", messages(long.as_bytes()), &Limits::default()).await.expect("a sheet");
        assert_eq!(parsing.next().await.map(|row| row.map(|row| row.number)), Ok(Some(1)));
        assert_eq!(parsing.next().await, Err(SheetError::CellTooLong { row: 2, column: 0 }));
        assert_eq!(parsing.next().await, Ok(None));
    }

    #[tokio::test]
    async fn how_a_parser_died_tells_why() {
        for (script, error) in [
            ("kill -ABRT $$", SheetError::TooLarge),
            ("kill -KILL $$", SheetError::TooLarge),
            ("kill -XCPU $$", SheetError::Timeout),
            ("exit 101", SheetError::Damaged),
            ("printf Rubbish", SheetError::Damaged),
            ("cat /dev/zero", SheetError::Damaged),
        ] {
            assert_eq!(opened(script, b"a,b\n".to_vec(), &Limits::default()).await.err(), Some(error), "{script}");
        }
    }

    #[tokio::test]
    async fn a_parser_that_breaks_off_between_rows_is_not_taken_for_finished() {
        let mut cut = messages(b"a\nb\nc\n");
        // The end message is a head without payload.
        cut.truncate(cut.len() - frame::HEAD);
        let mut parsing = opened("cat", cut, &Limits::default()).await.expect("a sheet");
        for number in 1..=3 {
            assert_eq!(parsing.next().await.map(|row| row.map(|row| row.number)), Ok(Some(number)));
        }
        assert_eq!(parsing.next().await, Err(SheetError::Damaged));
    }

    #[tokio::test]
    async fn a_parser_that_hangs_is_stopped() {
        let limits = Limits { wait: Duration::from_millis(50), ..Limits::default() };
        assert_eq!(opened("exec sleep 600", Vec::new(), &limits).await.err(), Some(SheetError::Timeout));
    }
}
