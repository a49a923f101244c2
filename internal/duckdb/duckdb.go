// Package duckdb owns how DuckDB is opened: locked down, in UTC, with explicit limits, and how a database file is
// brought to the newest version of its schema. It must never know what the tables mean.
package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/duckdb/duckdb-go/v2"

	"tallystick/internal/stat"
)

// Options are the limits and the rights of one database.
type Options struct {
	ReadOnly bool
	Threads  int    // 0: as many as DuckDB finds
	MemoryMB int    // 0: 512; a limit for buffers, not a cap on the process
	Folder   string // the one folder that statements may read and write, for COPY; empty: none
}

// Open opens the database file at path, or a new database in memory if path is empty. It returns stat.ErrBusy
// if another process holds the file.
//
// The driver applies the options of a DSN in random order, and options that forbid things must come last. So the
// DSN has only options whose order does not matter; the others are set once, in order, on the first connection.
// After that the configuration is locked.
func Open(ctx context.Context, path string, o Options) (*sql.DB, error) {
	dsn := path + "?access_mode=READ_WRITE"
	switch {
	case path == "":
		dsn = ""
	case strings.ContainsAny(path, "?#"):
		return nil, fmt.Errorf("database path %q has a ? or #: %w", path, stat.ErrInvalid)
	case o.ReadOnly:
		dsn = path + "?access_mode=READ_ONLY"
	}
	settings, err := o.settings(path)
	if err != nil {
		return nil, err
	}
	var once sync.Once
	var first error
	connector, err := duckdb.NewConnector(dsn, func(conn driver.ExecerContext) error {
		once.Do(func() {
			for _, s := range settings {
				if _, err := conn.ExecContext(ctx, s, nil); err != nil {
					first = fmt.Errorf("setting up the database (%s): %w", s, err)
					return
				}
			}
		})
		return first
	})
	if err != nil {
		return nil, opening(path, err)
	}
	db := sql.OpenDB(connector)
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, opening(path, err)
	}
	return db, nil
}

func opening(path string, err error) error {
	text := err.Error()
	if strings.Contains(text, "Could not set lock") || strings.Contains(text, "different configuration") {
		return fmt.Errorf("another tallystick is working on %s; wait until it has finished: %w", path, stat.ErrBusy)
	}
	return fmt.Errorf("opening database %s: %w", path, err)
}

func (o Options) settings(path string) ([]string, error) {
	memory := o.MemoryMB
	if memory == 0 {
		memory = 512
	}
	spill := ""
	if path != "" && !o.ReadOnly {
		abs, err := filepath.Abs(path)
		if err != nil {
			return nil, fmt.Errorf("path of the database: %w", err)
		}
		spill = abs + ".tmp"
	}
	list := []string{
		"SET memory_limit = '" + strconv.Itoa(memory) + "MiB'",
		"SET temp_directory = " + quote(spill),
		"SET GLOBAL preserve_insertion_order = false",
		"SET autoinstall_known_extensions = false",
		"SET autoload_known_extensions = false",
		"SET allow_community_extensions = false",
		"SET allow_persistent_secrets = false",
		"SET GLOBAL TimeZone = 'UTC'",
	}
	if o.Threads > 0 {
		list = append(list, "SET threads = "+strconv.Itoa(o.Threads))
	}
	if o.Folder != "" {
		abs, err := filepath.Abs(o.Folder)
		if err != nil {
			return nil, fmt.Errorf("folder for copies: %w", err)
		}
		list = append(list, "SET allowed_directories = ["+quote(abs+string(os.PathSeparator))+"]")
	}
	return append(list, "SET enable_external_access = false", "SET lock_configuration = true"), nil
}

// quote writes s as a string of SQL.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// Version returns the version of the engine, as v1.5.6.
func Version(ctx context.Context, db *sql.DB) (string, error) {
	var v string
	if err := db.QueryRowContext(ctx, "SELECT version()").Scan(&v); err != nil {
		return "", fmt.Errorf("version of the engine: %w", err)
	}
	return v, nil
}
