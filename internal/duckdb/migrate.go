package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"slices"

	"tallystick/internal/stat"
)

// Migrate runs those files of fsys named *.sql that this database has not seen, in the order of their names,
// each in its own transaction. A database that has seen a file unknown to this program was written by a newer
// one and is refused with stat.ErrConflict.
func Migrate(ctx context.Context, db *sql.DB, fsys fs.FS) error {
	names, err := fs.Glob(fsys, "*.sql")
	if err != nil {
		return fmt.Errorf("list of migrations: %w", err)
	}
	slices.Sort(names)
	if _, err := db.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS migrations (name VARCHAR NOT NULL)"); err != nil {
		return fmt.Errorf("table of migrations: %w", err)
	}
	rows, err := db.QueryContext(ctx, "SELECT name FROM migrations ORDER BY name")
	if err != nil {
		return fmt.Errorf("migrations already run: %w", err)
	}
	defer rows.Close()
	var done []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return fmt.Errorf("migrations already run: %w", err)
		}
		if !slices.Contains(names, name) {
			return fmt.Errorf("the database was written by a newer tallystick (it has %s): %w", name, stat.ErrConflict)
		}
		done = append(done, name)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("migrations already run: %w", err)
	}
	for _, name := range names {
		if slices.Contains(done, name) {
			continue
		}
		if err := migrate(ctx, db, fsys, name); err != nil {
			return fmt.Errorf("migration %s: %w", name, err)
		}
	}
	return nil
}

func migrate(ctx context.Context, db *sql.DB, fsys fs.FS, name string) error {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, string(text)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO migrations (name) VALUES (?)", name); err != nil {
		return err
	}
	return tx.Commit()
}
