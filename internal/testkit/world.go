package testkit

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tallystick/internal/catalog"
	"tallystick/internal/ingest"
	"tallystick/internal/stat"
	"tallystick/internal/warehouse"
)

// Day is the moment at which the tests' world stands.
var Day = time.Date(2026, time.November, 24, 9, 30, 0, 0, time.UTC)

// Definitions loads the definitions that ship with the program, which must be without errors.
func Definitions(t testing.TB) stat.Definitions {
	t.Helper()
	defs, issues := catalog.Load(os.DirFS(filepath.Join("..", "..", "data")))
	for _, i := range stat.Errors(issues) {
		t.Fatalf("data/: %s", i)
	}
	return defs
}

// Warehouse returns a warehouse that holds the bundled exports, in a folder of the test.
func Warehouse(t testing.TB, defs stat.Definitions) *warehouse.Warehouse {
	t.Helper()
	return filled(t, defs, filepath.Join("..", "..", "data", "exports"))
}

// filled returns a warehouse that holds the bundled exports of the definitions, read from a folder.
func filled(t testing.TB, defs stat.Definitions, exports string) *warehouse.Warehouse {
	t.Helper()
	ctx := context.Background()
	wh, err := warehouse.Open(ctx, Folder(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := wh.Close(); err != nil {
			t.Errorf("close the warehouse: %v", err)
		}
	})
	for _, feed := range defs.Feeds {
		if feed.Bundled != "" {
			Ingest(t, wh, defs, feed, filepath.Join(exports, feed.Bundled))
		}
	}
	return wh
}

// Ingest takes one export into the warehouse and returns its batch.
func Ingest(t testing.TB, wh *warehouse.Warehouse, defs stat.Definitions, feed stat.Feed, path string) stat.Batch {
	t.Helper()
	ctx := context.Background()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	batch, err := wh.Receive(ctx, feed, filepath.Base(path), "test", Day, file)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	bytes, err := wh.OpenExport(batch)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	defer bytes.Close()
	rows, err := ingest.Open(ctx, bytes, ingest.Input{
		Name: filepath.Base(path), Feed: feed, Definitions: defs, Today: stat.DateOf(Day),
	})
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	defer rows.Close()
	ds, ok := defs.Dataset(feed.Dataset)
	if !ok {
		t.Fatalf("feed %s: no data set %q", feed.ID, feed.Dataset)
	}
	loaded, err := wh.Load(ctx, batch, ds, rows)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return loaded
}
