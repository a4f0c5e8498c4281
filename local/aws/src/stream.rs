//! What the stream lacks in dynoxide 3.2, over a connection of our own: it keeps every record for ever, and looks through
//! all of them to number the next one, and again to read on. Without this every write would be slower than the one before.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags};

/// Makes numbering and reading look at the records they need only.
pub(crate) fn index(file: &Path) -> anyhow::Result<()> {
    let by_number = "CREATE INDEX IF NOT EXISTS _stream_records_by_number
                     ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";
    Ok(connect(file)?.execute_batch(by_number)?)
}

/// Deletes what the bus has taken, but for the newest record, which gives the next its number. `taken` is the sequence
/// number the stream shows.
pub(crate) fn trim(file: &Path, table: &str, taken: &str) -> anyhow::Result<usize> {
    // The stored number is the shown one less this.
    const OFFSET: u128 = 100_000_000_000_000_000_000;
    let taken = i64::try_from(taken.parse::<u128>()?.saturating_sub(OFFSET))?;
    Ok(connect(file)?.execute(
        "DELETE FROM _stream_records WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) <= ?2
         AND id < (SELECT MAX(id) FROM _stream_records WHERE table_name = ?1)",
        (table, taken),
    )?)
}

fn connect(file: &Path) -> anyhow::Result<Connection> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(Duration::from_secs(1))?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_dynoxide_asks_is_answered_from_the_index() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("table.sqlite");
        let _database = dynoxide::Database::new(file.to_str().unwrap()).unwrap();
        let plan = |query: &str| {
            let connection = connect(&file).unwrap();
            let mut explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {query}")).unwrap();
            let lines = explained.query_map([], |row| row.get::<_, String>("detail")).unwrap();
            lines.map(Result::unwrap).collect::<Vec<_>>().join("; ")
        };
        let number = "CAST(sequence_number AS INTEGER)";
        let next = format!("SELECT COALESCE(MAX({number}), 0) + 1 FROM _stream_records WHERE table_name = 'T'");
        let read = format!(
            "SELECT new_image FROM _stream_records WHERE table_name = 'T' AND shard_id = 'S' AND {number} > 7
             ORDER BY {number} ASC LIMIT 1000"
        );
        for query in [&next, &read] {
            assert!(!plan(query).contains("INDEX"), "{}", plan(query));
        }
        index(&file).unwrap();
        index(&file).unwrap();
        for query in [&next, &read] {
            let found = plan(query);
            assert!(found.contains("_stream_records_by_number (table_name=?"), "{found}");
            assert!(!found.contains("SCAN") && !found.contains("TEMP B-TREE"), "{found}");
        }
    }
}
