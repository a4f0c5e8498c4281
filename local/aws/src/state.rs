//! What must outlive the process besides the table: the place in the stream, undelivered events, mails and secrets.
//! One SQLite file in WAL mode with full sync, so that what was answered survives a loss of power.

use std::{
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use anyhow::Context;
use rusqlite::Connection;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS checkpoint (stream TEXT PRIMARY KEY, sequence TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS delivery (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        rule TEXT NOT NULL,
        order_key TEXT NOT NULL,
        event TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        due_ms INTEGER NOT NULL,
        cause TEXT,
        dead_ms INTEGER
    ) STRICT;
    CREATE INDEX IF NOT EXISTS delivery_due ON delivery (rule, due_ms, id) WHERE dead_ms IS NULL;
    CREATE TABLE IF NOT EXISTS mail (id INTEGER PRIMARY KEY AUTOINCREMENT, mail TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS secret (
        name TEXT NOT NULL,
        version TEXT NOT NULL,
        value TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        stage TEXT,
        PRIMARY KEY (name, version)
    ) STRICT;
";

pub(crate) struct State(Mutex<Connection>);

impl State {
    /// Opens `file`, or memory.
    pub(crate) fn open(file: Option<&Path>) -> anyhow::Result<Self> {
        let connection = match file {
            Some(path) => Connection::open(path).with_context(|| format!("cannot open {}", path.display()))?,
            None => Connection::open_in_memory()?,
        };
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(SCHEMA).context("cannot prepare the services' storage")?;
        Ok(Self(Mutex::new(connection)))
    }

    /// The connection. Every use is one statement or one transaction, so a panic under the lock leaves nothing half
    /// done.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
