// Package backup keeps a whole data directory in a folder, and makes one from such a folder: the database through
// ClickHouse's own BACKUP and RESTORE, the payloads as they are. It owns the folder's layout and its manifest; it knows of
// the store only the few methods that it needs, and imports schema alone.
//
// The manifest names every file with its size and SHA-256, and what each table held when the backup was tried by restoring
// it. It is written last, so a folder without one is no backup, and one whose files differ from it is refused before
// anything is restored.
package backup
