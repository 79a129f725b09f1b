//! The program as a process: it starts, serves, stops in order, and its check commands answer.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::Client;
use crate::people::{born, id_number, person};
use crate::world::{Engine, database, program};

/// The program on one data folder and one database.
pub struct Program {
    pub folder: TempDir,
    pub database: String,
}

impl Program {
    pub async fn new(engine: Engine) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let database = database(engine, folder.path()).await;
        Self { folder, database }
    }

    /// A command of it, with nothing of this process's own settings.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = bare(self.folder.path(), args);
        command.env("SHANHAI_DATA_DIR", self.folder.path()).env("SHANHAI_DATABASE_URL", &self.database);
        command
    }

    /// Runs a command to its end with these words on stdin.
    pub fn run(&self, args: &[&str], stdin: &str) -> Output {
        run(self.command(args), stdin)
    }

    /// Starts the server on a free port.
    pub fn serve(&self) -> Served {
        self.serve_logging("info")
    }

    /// The same with this filter of the log.
    pub fn serve_logging(&self, log: &str) -> Served {
        let mut child = self
            .command(&["serve", "--listen", "127.0.0.1:0"])
            .env("SHANHAI_LOG", log)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("stderr"));
        let (mut seen, mut line) = (String::new(), String::new());
        let address = loop {
            line.clear();
            assert!(lines.read_line(&mut line).expect("a line") > 0, "the server ended: {seen}");
            seen.push_str(&line);
            let plain = line.replace("\u{1b}[0m", "").replace("\u{1b}[3m", "").replace("\u{1b}[2m", "");
            if let Some(address) = plain.split("address=").nth(1) {
                break address.split_whitespace().next().and_then(|a| a.parse().ok()).expect("an address");
            }
        };
        // Somebody must go on reading, or the server's log fills the pipe.
        let rest = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = lines.read_to_string(&mut text);
            seen + &text
        });
        Served { child, address, log: Some(rest) }
    }
}

/// A serving process; killed when the test is over in any case.
pub struct Served {
    child: Child,
    pub address: SocketAddr,
    log: Option<std::thread::JoinHandle<String>>,
}

impl Served {
    pub fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.expect("kill").success());
    }

    /// Stops it as an operator does; answers exit status and log.
    pub fn stop(mut self) -> (Option<i32>, String) {
        self.signal("TERM");
        let status = self.child.wait().expect("an end").code();
        (status, self.log.take().map(|l| l.join().expect("the log")).unwrap_or_default())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program in a folder, without any setting of its own.
pub fn bare(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(program());
    for (name, _) in std::env::vars().filter(|(n, _)| n.starts_with("SHANHAI_")) {
        command.env_remove(name);
    }
    command.args(args).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub fn run(mut command: Command, stdin: &str) -> Output {
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the program starts");
    // A command that wants nothing from stdin may be gone already.
    let _ = child.stdin.take().expect("stdin").write_all(stdin.as_bytes());
    child.wait_with_output().expect("the program ends")
}

/// The JSON object in the last line.
fn last(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.lines().last().expect("a line")).expect("a JSON line")
}

fn lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(|l| serde_json::from_str(l).expect("a JSON line")).collect()
}

/// Makes two tests of one story about processes.
macro_rules! story {
    ($name:ident, |$program:ident| $body:block) => {
        mod $name {
            use super::*;

            async fn walk($program: Program) {
                $body
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                walk(Program::new(Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                walk(Program::new(Engine::Postgres).await).await;
            }
        }
    };
}

story!(an_account_made_on_the_command_line_works_at_the_door, |program| {
    let done = program.run(&["account", "add", "boss", "--role", "security", "--json"], "ein-langes-wort\n");
    assert_eq!(lines(&done)[0]["role"], "security");
    let listed = program.run(&["account", "list", "--json"], "");
    assert_eq!(lines(&listed)[0]["items"], json!([{"name": "boss", "role": "security", "disabled": false}]));
    let token = program.run(&["account", "token", "boss"], "");
    let token = String::from_utf8(token.stdout).expect("text").trim().to_owned();
    assert!(token.len() >= 40 && !token.contains(char::is_whitespace), "a token stands alone on stdout");

    let served = program.serve();
    let boss = served.client().token(&token);
    boss.get("/api/v1/duplicates").await.problem(403, "auth.forbidden");
    // Beside the server, on the same folder.
    assert!(program.run(&["account", "disable", "boss"], "").status.success());
    boss.get("/api/v1/duplicates").await.problem(401, "auth.missing");
    let (status, log) = served.stop();
    assert_eq!(status, Some(0), "{log}");
    assert!(!log.contains(&token), "the log holds a token");
});

story!(a_password_that_is_short_or_common_is_refused_in_a_sentence, |program| {
    for password in ["kurz", "12345678", ""] {
        let done = program.run(&["account", "add", "boss", "--role", "security"], &format!("{password}\n"));
        assert_eq!(done.status.code(), Some(1), "{password}");
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(told.lines().count(), 1, "{told}");
    }
    let done = program.run(&["account", "add", "boss", "--role", "king"], "ein-langes-wort\n");
    assert_eq!(done.status.code(), Some(2));
});

story!(a_second_server_on_the_same_folder_is_refused, |program| {
    let served = program.serve();
    let second = program.run(&["serve", "--listen", "127.0.0.1:0"], "");
    assert_eq!(second.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&second.stderr).contains("data_dir: "), "{second:?}");
    assert_eq!(served.stop().0, Some(0));
});

story!(what_was_acknowledged_stands_after_a_kill, |program| {
    assert!(program.run(&["account", "add", "boss", "--role", "security"], "ein-langes-wort\n").status.success());
    let served = program.serve();
    served.signal("KILL");
    drop(served);
    let again = program.run(&["account", "list", "--json"], "");
    assert_eq!(lines(&again)[0]["items"][0]["name"], "boss");
    assert_eq!(program.serve().stop().0, Some(0));
});

story!(the_server_stops_within_ten_seconds_while_somebody_dawdles, |program| {
    let served = program.serve();
    let mut half = std::net::TcpStream::connect(served.address).expect("a connection");
    half.write_all(b"POST /api/v1/workers HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{")
        .expect("half a request");
    let _idle = std::net::TcpStream::connect(served.address).expect("a connection");
    let begun = std::time::Instant::now();
    let (status, log) = served.stop();
    assert_eq!(status, Some(0), "{log}");
    assert!(begun.elapsed().as_secs() < 11, "it took {:?}", begun.elapsed());
});

story!(a_moved_clock_moves_a_running_program, |program| {
    let clock = program.folder.path().join("clock");
    std::fs::write(&clock, "2026-11-24T04:00:00Z").expect("a clock file");
    let mut command = program.command(&["account", "list"]);
    command.env("SHANHAI_CLOCK_FILE", &clock);
    assert!(run(command, "").status.success());
    std::fs::write(&clock, "noon").expect("a clock file");
    let mut command = program.command(&["account", "list"]);
    command.env("SHANHAI_CLOCK_FILE", &clock);
    let refused = run(command, "");
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("SHANHAI_CLOCK_FILE: "));
});

/// Runs a check command on no data folder at all.
fn check(args: &[&str], stdin: &str) -> Vec<Value> {
    let folder = TempDir::new().expect("a temporary folder");
    let answer = lines(&run(bare(folder.path(), args), stdin));
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0, "a check leaves files behind");
    answer
}

#[test]
fn check_commands_answer_one_line_a_value_in_order() {
    let good = id_number("520524", 0);
    let wrong = format!("{}{}", &good[..17], if good.ends_with('1') { '2' } else { '1' });
    let ids = check(&["check-id", &good, &wrong, "5.20524E+17"], "");
    assert_eq!(ids.iter().map(|i| i["ok"].clone()).collect::<Vec<_>>(), [json!(true), json!(false), json!(false)]);
    assert!(!ids[0].to_string().contains(&good), "an answer repeats the number");
    let same = check(&["check-id", "-"], &format!("{good}\n{wrong}\r\n5.20524E+17\n"));
    assert_eq!(same, ids);
    let retired = check(&["check-id", &born("522401", "19800101", 1)], "");
    assert_eq!((retired[0]["ok"].clone(), retired[0]["warnings"].clone()), (json!(true), json!([])), "{retired:?}");

    let wages = check(&["check-wage", "面议", "6000元以上", "4-8千/月", "200元/天"], "");
    assert_eq!(wages[0], json!({"min": null, "max": null, "period": null}));
    assert_eq!(wages[1], json!({"min": 6000, "max": null, "period": "month"}));
    assert_eq!(wages[2], json!({"min": 4000, "max": 8000, "period": "month"}));
    assert_eq!(wages[3]["period"], "day");
    let employers = check(&["check-employer", "91440101MA52518873", "91440101MA52518874"], "");
    assert_eq!(employers, [json!({"ok": true}), json!({"ok": false})]);
    let regions = check(&["check-region", "贵州省毕节市织金县"], "");
    assert_eq!(regions[0]["code"], "520524", "{regions:?}");
}

#[test]
fn wrong_use_is_status_two_and_help_and_version_are_status_zero() {
    let folder = TempDir::new().expect("a temporary folder");
    for (args, status) in [
        (&["--help"][..], 0),
        (&["--version"], 0),
        (&["serve", "--help"], 0),
        (&["fly"], 2),
        (&["serve", "--colour", "red"], 2),
        (&["check-id"], 2),
        (&[], 2),
    ] {
        let done = run(bare(folder.path(), args), "");
        assert_eq!(done.status.code(), Some(status), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

#[test]
fn a_command_that_is_due_later_says_so() {
    let folder = TempDir::new().expect("a temporary folder");
    for args in [&["backup", "copy"][..], &["mail", "test", "a@b.test"], &["retention", "--dry-run"]] {
        let done = run(bare(folder.path(), args), "");
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!((done.status.code(), told.contains("not yet")), (Some(1), true), "{args:?}: {told}");
    }
}

story!(a_person_registered_at_the_door_of_the_program_is_there_after_a_restart, |program| {
    // The sealing key is made at the first start, for nobody else to read.
    assert!(program.run(&["account", "list"], "").status.success());
    let key = program.folder.path().join("secret.key");
    let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&key).expect("a key file"));
    assert_eq!(mode & 0o777, 0o600);
    let before = std::fs::read(&key).expect("the key");
    let served = program.serve();
    served.client().post("/api/v1/workers", person("王小山", 1, json!({}))).await.problem(401, "auth.missing");
    assert_eq!(served.stop().0, Some(0));
    assert_eq!(std::fs::read(&key).expect("the key"), before);
});

#[test]
fn a_set_of_queries_with_known_answers_is_measured_and_compared_with_an_earlier_run() {
    let folder = TempDir::new().expect("a temporary folder");
    let set = folder.path().join("titles");
    std::fs::create_dir(&set).expect("a folder");
    std::fs::write(set.join("corpus_elements.tsv"), "c_id\tjobtitle\n1\t电焊工\n2\t保洁员\n3\t清洁工\n")
        .expect("a file");
    std::fs::write(set.join("queries.tsv"), "q_id\tjobtitle\n7\t保洁员\n8\t电焊工\n").expect("a file");
    std::fs::write(set.join("qrels.tsv"), "7\t0\t2\t1\n7\t0\t3\t0\n8\t0\t1\t1\n").expect("a file");
    let run_file = folder.path().join("run.tsv").display().to_string();
    let top = folder.path().display().to_string();
    let first = run(bare(folder.path(), &["--json", "evaluate", &top, "--run", &run_file]), "");
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    let sets = last(&first);
    assert_eq!((&sets["sets"][0]["set"], &sets["sets"][0]["queries"]), (&json!("titles"), &json!(2)));
    assert_eq!(sets["sets"][0]["measures"]["map"]["mean"], 1.0, "{sets}");
    // An earlier run that was worse.
    let told = std::fs::read_to_string(&run_file).expect("the run");
    std::fs::write(&run_file, told.replace("保洁员\tmap\t1", "保洁员\tmap\t0.5")).expect("a file");
    let second = run(bare(folder.path(), &["--json", "evaluate", &top, "--against", &run_file]), "");
    let sets = last(&second);
    assert_eq!(sets["sets"][0]["measures"]["map"]["change"]["mean"], 0.25, "{sets}");
    // A broken file is told with its line, a folder without sets with its name.
    std::fs::write(set.join("queries.tsv"), "q_id\tjobtitle\n7\n").expect("a file");
    let broken = run(bare(folder.path(), &["evaluate", &top]), "");
    let told = String::from_utf8_lossy(&broken.stderr).into_owned();
    assert_eq!((broken.status.code(), told.contains("queries.tsv line 2")), (Some(1), true), "{told}");
    std::fs::remove_dir_all(&set).expect("gone");
    assert_eq!(run(bare(folder.path(), &["evaluate", &top]), "").status.code(), Some(1));
}

#[test]
fn word_lists_are_checked_line_by_line_and_a_title_is_told_sure_or_not() {
    let folder = TempDir::new().expect("a temporary folder");
    let lists = concat!(env!("CARGO_MANIFEST_DIR"), "/index");
    for args in [&["check-lists"][..], &["check-lists", lists][..]] {
        let good = run(bare(folder.path(), args), "");
        assert_eq!(String::from_utf8_lossy(&good.stdout).trim(), "ok", "{}", String::from_utf8_lossy(&good.stderr));
    }
    for (name, text) in shanhai::search::words::LISTS {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let broken = if *name == "words/synonyms.txt" { format!("{text}\n独字\n") } else { (*text).to_owned() };
        std::fs::write(path, broken).expect("a file");
    }
    let bad = run(bare(folder.path(), &["check-lists", &folder.path().display().to_string()]), "");
    let told = String::from_utf8_lossy(&bad.stdout).into_owned();
    assert_eq!((bad.status.code(), told.contains("words/synonyms.txt:")), (Some(1), true), "{told}");
    let sure = run(bare(folder.path(), &["check-occupation", "电焊工", "小能手"]), "");
    let lines = String::from_utf8_lossy(&sure.stdout).into_owned();
    let sure: Vec<bool> = lines.lines().map(|l| l.contains("\"sure\":true")).collect();
    assert_eq!(sure, [true, false], "{lines}");
}
