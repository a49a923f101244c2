package duckdb

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/fstest"

	"tallystick/internal/stat"
)

// TestEveryConnectionIsLockedDown opens several connections of one database: the settings are those that were asked for
// on each of them, and none can be changed.
func TestEveryConnectionIsLockedDown(t *testing.T) {
	ctx := context.Background()
	db, err := Open(ctx, filepath.Join(t.TempDir(), "x.duckdb"), Options{Threads: 1, MemoryMB: 300})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for range 3 {
		conn, err := db.Conn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		for name, want := range map[string]string{"TimeZone": "UTC", "threads": "1", "memory_limit": "300.0 MiB", "enable_external_access": "false",
			"lock_configuration": "true", "preserve_insertion_order": "false",
			"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"} {
			var got string
			if err := conn.QueryRowContext(ctx, "SELECT current_setting(?)::VARCHAR", name).Scan(&got); err != nil || got != want {
				t.Errorf("setting %s: got %q (%v), want %q", name, got, err, want)
			}
		}
		for _, statement := range []string{"SET threads = 2", "SET enable_external_access = true", "COPY (SELECT 1) TO '/tmp/x.csv'",
			"SELECT * FROM read_csv('/etc/passwd')", "ATTACH '/tmp/x.duckdb'", "INSTALL httpfs"} {
			if _, err := conn.ExecContext(ctx, statement); err == nil {
				t.Errorf("%s: allowed", statement)
			}
		}
	}
}

func TestMigrationsRunOnceAndNewerDatabasesAreRefused(t *testing.T) {
	ctx := context.Background()
	db, err := Open(ctx, "", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // a database in memory belongs to its connection
	first := fstest.MapFS{"0001_a.sql": {Data: []byte("CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1);")}}
	both := fstest.MapFS{"0001_a.sql": first["0001_a.sql"], "0002_b.sql": {Data: []byte("INSERT INTO a VALUES (2)")}}
	for _, fsys := range []fstest.MapFS{first, both, both} {
		if err := Migrate(ctx, db, fsys); err != nil {
			t.Fatal(err)
		}
	}
	var n int
	if err := db.QueryRowContext(ctx, "SELECT CAST(sum(x) AS INTEGER) FROM a").Scan(&n); err != nil || n != 3 {
		t.Errorf("sum after three runs: got %d (%v), want 3", n, err)
	}
	if err := Migrate(ctx, db, first); !errors.Is(err, stat.ErrConflict) {
		t.Errorf("an older program: %v, want ErrConflict", err)
	}
}
