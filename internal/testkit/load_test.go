package testkit_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	"tallystick/internal/ingest"
	"tallystick/internal/stat"
	"tallystick/internal/testkit"
	"tallystick/internal/warehouse"
)

// BenchmarkLoad sets ingestion (received, checked, keyed, loaded, committed) against DuckDB's own read_csv of the same
// file with the types given, into a database file. Both are whole processes that take turns; what counts is the least
// of each over the runs. TALLYSTICK_BENCH_ROWS says how many rows (one million, then ten).
func BenchmarkLoad(b *testing.B) {
	for _, n := range benchRows(b, 1_000_000, 10_000_000) {
		b.Run(fmt.Sprintf("rows=%d", n), func(b *testing.B) {
			path := arrestsFile(b, n, 0)
			raw, ours := newCost(), newCost()
			for b.Loop() {
				raw.run(b, "raw", path, n)
				ours.run(b, "ingest", path, n)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(raw.wall.Seconds(), "raw-s")
			b.ReportMetric(ours.wall.Seconds(), "ingest-s")
			b.ReportMetric(ours.wall.Seconds()/raw.wall.Seconds(), "wall-ratio")
			b.ReportMetric(ours.processor.Seconds()/raw.processor.Seconds(), "processor-ratio")
			b.ReportMetric(raw.memory, "raw-peak-MiB")
			b.ReportMetric(ours.memory, "ingest-peak-MiB")
		})
	}
}

// BenchmarkReject sets the cost of a row that is rejected against that of one that is accepted.
func BenchmarkReject(b *testing.B) {
	for _, n := range benchRows(b, 1_000_000) {
		good, bad := arrestsFile(b, n, 0), arrestsFile(b, n, 1)
		accepted, rejected := newCost(), newCost()
		for b.Loop() {
			accepted.run(b, "ingest", good, n)
			rejected.run(b, "ingest", bad, 0)
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(accepted.wall.Seconds(), "accepted-s")
		b.ReportMetric(rejected.wall.Seconds(), "rejected-s")
		b.ReportMetric(rejected.wall.Seconds()/accepted.wall.Seconds(), "wall-ratio")
		b.ReportMetric(rejected.processor.Seconds()/accepted.processor.Seconds(), "processor-ratio")
		b.ReportMetric(rejected.memory, "rejected-peak-MiB")
	}
}

// benchRows is how many rows TALLYSTICK_BENCH_ROWS asks for, or the numbers given.
func benchRows(b *testing.B, otherwise ...int) []int {
	b.Helper()
	s := os.Getenv("TALLYSTICK_BENCH_ROWS")
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		b.Fatal(err)
	}
	return []int{n}
}

// cost is the least that a process has taken so far: time on the clock, time of processors, and its most memory in MiB.
type cost struct {
	wall, processor time.Duration
	memory          float64
}

func newCost() *cost { return &cost{wall: 1 << 62, processor: 1 << 62, memory: 1 << 62} }

// run loads the file in a process of its own, which must take in so many rows.
func (c *cost) run(b *testing.B, how, path string, rows int) {
	b.Helper()
	dir := b.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TALLYSTICK_LOADER="+how, "TALLYSTICK_LOADER_FILE="+path, "TALLYSTICK_LOADER_FOLDER="+dir)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(start)
	if got := strings.TrimSpace(string(out)); err != nil || got != strconv.Itoa(rows) {
		b.Fatalf("%s of %s: %q (%v), want %d rows", how, path, got, err, rows)
	}
	c.wall = min(c.wall, took)
	c.processor = min(c.processor, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	c.memory = min(c.memory, float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)/1024)
	if err := os.RemoveAll(dir); err != nil {
		b.Fatal(err)
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
	if err := f.Sync(); err != nil { // its writing is no part of what is measured
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

// loader is the process of one load: it prints how many rows it took in.
func loader(how, path, dir string) error {
	load := rawLoad
	if how == "ingest" {
		load = ingestLoad
	}
	rows, err := load(path, dir)
	if err == nil {
		fmt.Println(rows)
	}
	return err
}

func rawLoad(path, dir string) (int64, error) {
	db, err := sql.Open("duckdb", filepath.Join(dir, "raw.duckdb"))
	if err != nil {
		return 0, err
	}
	var columns []string
	types := map[stat.FieldType]string{stat.FieldInteger: "BIGINT", stat.FieldDate: "DATE", stat.FieldCode: "VARCHAR", stat.FieldText: "VARCHAR"}
	for _, f := range testkit.Arrests().Datasets[0].Fields {
		columns = append(columns, "'"+f.Name+"': '"+types[f.Type]+"'")
	}
	if _, err := db.Exec("CREATE TABLE arrests AS SELECT * FROM read_csv('" + path + "', header = true, columns = {" + strings.Join(columns, ", ") + "})"); err != nil {
		return 0, err
	}
	var n int64
	if err := db.QueryRow("SELECT count(*) FROM arrests").Scan(&n); err != nil {
		return 0, err
	}
	return n, db.Close()
}

func ingestLoad(path, dir string) (int64, error) {
	ctx := context.Background()
	w, err := warehouse.Open(ctx, dir)
	if err != nil {
		return 0, err
	}
	defs := testkit.Arrests()
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	batch, err := w.Receive(ctx, defs.Feeds[0], path, "", time.Now(), f)
	if err != nil {
		return 0, err
	}
	r, err := w.OpenExport(batch)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	rows, err := ingest.Open(ctx, r, ingest.Input{Name: "arrests.csv", Feed: defs.Feeds[0], Definitions: defs})
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	if batch, err = w.Load(ctx, batch, defs.Datasets[0], rows); err != nil {
		return 0, err
	}
	return batch.Accepted, w.Close()
}
