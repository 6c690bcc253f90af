// sqlite.js -- what the store's Durable Objects have on disk.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

function rowsOf(file, table) {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const [found] = db.prepare("SELECT 1 FROM sqlite_master WHERE name = ?").all(table);
    return found ? db.prepare(`SELECT key, value FROM ${table} ORDER BY key`).all() : [];
  } finally {
    db.close();
  }
}

// The rows { key, value } of |table| in all objects of the class Store that workerd keeps in
// |folder|.
export function storedRows(folder, table) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => (
    /\bstore\b.*\.sqlite$/i.test(name) && !name.endsWith('metadata.sqlite')));
  return files.flatMap((file) => rowsOf(join(folder, file), table))
    .map(({ key, value }) => ({ key, value }));
}
