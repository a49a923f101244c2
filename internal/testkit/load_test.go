package testkit_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	"tallystick/internal/ingest"
	"tallystick/internal/stat"
	"tallystick/internal/testkit"
	"tallystick/internal/warehouse"
)

// BenchmarkLoad sets ingestion (received, checked, keyed, loaded, committed) against DuckDB's own read_csv of the same
// file with the types given, into a database file. TALLYSTICK_BENCH_ROWS says how many rows (one million).
func BenchmarkLoad(b *testing.B) {
	n := benchRows(b)
	path := arrestsFile(b, n, 0)
	for b.Loop() {
		start := time.Now()
		rawLoad(b, path, n)
		raw := time.Since(start)
		start = time.Now()
		ours(b, path, int64(n))
		took := time.Since(start)
		b.ReportMetric(raw.Seconds(), "raw-s")
		b.ReportMetric(took.Seconds(), "ingest-s")
		b.ReportMetric(took.Seconds()/raw.Seconds(), "ratio")
	}
}

// BenchmarkMemory tells how much memory an ingestion takes at most. It is right only when no other benchmark has run
// before it in the same process.
func BenchmarkMemory(b *testing.B) {
	n := benchRows(b)
	path := arrestsFile(b, n, 0)
	for b.Loop() {
		ours(b, path, int64(n))
		b.ReportMetric(peakMiB(b), "peak-MiB")
	}
}

// benchRows is how many rows TALLYSTICK_BENCH_ROWS asks for, or one million.
func benchRows(b *testing.B) int {
	b.Helper()
	s := os.Getenv("TALLYSTICK_BENCH_ROWS")
	if s == "" {
		return 1_000_000
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// BenchmarkReject sets the time that a rejected row takes against that of an accepted one.
func BenchmarkReject(b *testing.B) {
	const n = 300_000
	good, bad := arrestsFile(b, n, 0), arrestsFile(b, n, 1)
	for b.Loop() {
		start := time.Now()
		ours(b, good, n)
		accepted := time.Since(start)
		start = time.Now()
		ours(b, bad, 0)
		rejected := time.Since(start)
		b.ReportMetric(accepted.Seconds(), "accepted-s")
		b.ReportMetric(rejected.Seconds(), "rejected-s")
		b.ReportMetric(rejected.Seconds()/accepted.Seconds(), "ratio")
	}
}

// arrestsFile generates an export of n arrests.
func arrestsFile(b *testing.B, n int, wrong float64) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "arrests.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := testkit.WriteArrests(f, n, 1, wrong); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

func rawLoad(b *testing.B, path string, n int) {
	db, err := sql.Open("duckdb", filepath.Join(b.TempDir(), "raw.duckdb"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("SET memory_limit = '512MiB'"); err != nil {
		b.Fatal(err)
	}
	var columns []string
	types := map[stat.FieldType]string{stat.FieldInteger: "BIGINT", stat.FieldDate: "DATE", stat.FieldCode: "VARCHAR", stat.FieldText: "VARCHAR"}
	for _, f := range testkit.Arrests().Datasets[0].Fields {
		columns = append(columns, "'"+f.Name+"': '"+types[f.Type]+"'")
	}
	if _, err := db.Exec("CREATE TABLE arrests AS SELECT * FROM read_csv('" + path + "', header = true, columns = {" + strings.Join(columns, ", ") + "})"); err != nil {
		b.Fatal(err)
	}
	var got int
	if err := db.QueryRow("SELECT count(*) FROM arrests").Scan(&got); err != nil || got != n {
		b.Fatalf("read_csv loaded %d rows (%v), want %d", got, err, n)
	}
}

func ours(b *testing.B, path string, n int64) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(ingest.MemoryLimit))
	ctx := context.Background()
	w, err := warehouse.Open(ctx, b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	defs := testkit.Arrests()
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	batch, err := w.Receive(ctx, defs.Feeds[0], path, "", time.Now(), f)
	if err != nil {
		b.Fatal(err)
	}
	r, err := w.OpenExport(batch)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	rows, err := ingest.Open(ctx, r, ingest.Input{Name: "arrests.csv", Feed: defs.Feeds[0], Definitions: defs})
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	batch, err = w.Load(ctx, batch, defs.Datasets[0], rows)
	if err != nil {
		b.Fatal(err)
	}
	if batch.Accepted != n {
		b.Fatalf("ingestion accepted %d rows, want %d", batch.Accepted, n)
	}
}

// peakMiB is the most memory this process has had so far.
func peakMiB(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skip("no /proc on this system")
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			if err != nil {
				b.Fatal(err)
			}
			return kb / 1024
		}
	}
	return 0
}
