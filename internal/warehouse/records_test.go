package warehouse

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tallystick/internal/stat"
)

// given is an export that was read already.
type given struct {
	layout stat.Layout
	chunks []*stat.Chunk
}

func (g *given) Layout() stat.Layout { return g.layout }

func (g *given) Header() []string { return []string{"day", "offence"} }

func (g *given) Next(context.Context) (*stat.Chunk, error) {
	if len(g.chunks) == 0 {
		return nil, io.EOF
	}
	c := g.chunks[0]
	g.chunks = g.chunks[1:]
	return c, nil
}

var arrests = stat.Dataset{ID: "arrests", Clock: stat.ClockCalendar, Period: stat.PeriodFields{Date: "day"},
	Fields: []stat.Field{{Name: "day", Type: stat.FieldDate}, {Name: "offence", Type: stat.FieldCode, Codelist: "offence"}}}

// exportOf makes rows of one day each, from a year on, with these codes of the list; an empty code is a missing one.
func exportOf(list []string, year int, codes ...string) *given {
	g := &given{layout: stat.NewLayout(arrests, map[string][]string{"offence": list})}
	c := &stat.Chunk{Vectors: make([]stat.Vector, 2), Rows: int64(len(codes)), Accepted: int64(len(codes))}
	for i, code := range codes {
		day := stat.Date{Year: year + i, Month: time.March, Day: 1}
		at := time.Date(day.Year, day.Month, day.Day, 0, 0, 0, 0, time.UTC).Unix() / 86400
		place := int64(0)
		for j, known := range list {
			if known == code {
				place = int64(j)
			}
		}
		c.Lines = append(c.Lines, int64(i+2))
		c.Periods = append(c.Periods, stat.Period{From: day, To: day})
		c.Vectors[0].Ints, c.Vectors[0].Null = append(c.Vectors[0].Ints, at), append(c.Vectors[0].Null, false)
		c.Vectors[1].Ints, c.Vectors[1].Null = append(c.Vectors[1].Ints, place), append(c.Vectors[1].Null, code == "")
	}
	g.chunks = []*stat.Chunk{c}
	return g
}

// offences counts the current records by year and code.
func offences(t *testing.T, w *Warehouse) map[int]string {
	t.Helper()
	counted, err := w.Count(context.Background(), Query{Dataset: arrests, Measure: stat.Measure{Count: "records"}, By: []string{"offence"}, Each: true})
	if err != nil {
		t.Fatal(err)
	}
	got := map[int]string{}
	for _, c := range counted {
		got[c.Period.To.Year] += c.Codes[0].Code + "."
	}
	return got
}

func batchOf(sum string) stat.Batch {
	return stat.Batch{Feed: "f", Dataset: "arrests", File: "f.csv", SHA256: sum, Verb: stat.VerbAdd,
		ReceivedAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
}

func TestCodesKeepTheirPlaceWhenTheirListGrowsAndIsOrderedAnew(t *testing.T) {
	ctx := context.Background()
	w, err := Open(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	odd := `it's, "odd" \`
	for _, x := range []*given{
		exportOf([]string{"theft", "fraud"}, 2001, "theft", "fraud", ""),
		exportOf([]string{odd, "fraud", "assault"}, 2011, odd, "fraud", "assault", ""),
		exportOf([]string{"assault", "theft", odd}, 2021, "theft", odd),
	} {
		if _, err := w.Load(ctx, batchOf(""), arrests, x); err != nil {
			t.Fatal(err)
		}
	}
	want := map[int]string{2001: "theft.", 2002: "fraud.", 2003: ".", 2011: odd + ".", 2012: "fraud.", 2013: "assault.", 2014: ".",
		2021: "theft.", 2022: odd + "."}
	if diff := cmp.Diff(want, offences(t, w)); diff != "" {
		t.Errorf("codes by year (-want +got):\n%s", diff)
	}
	counted, err := w.Count(ctx, Query{Dataset: arrests, Measure: stat.Measure{Count: "records"}, Where: stat.Where{"offence": {"theft", odd}}})
	if err != nil || len(counted) != 4 {
		t.Errorf("records with one of two codes: %d (%v), want 4", len(counted), err)
	}
}

// TestRecordsOfAnEarlierVersionCanBeReadAndLoadedAgain has a table as it was made before codes were kept as places.
func TestRecordsOfAnEarlierVersionCanBeReadAndLoadedAgain(t *testing.T) {
	ctx := context.Background()
	w, err := Open(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	list := []string{"theft", "fraud"}
	if _, err := w.Load(ctx, batchOf(""), arrests, exportOf(list, 2001, "fraud", "")); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"DROP VIEW records_arrests", "DROP TABLE stored_arrests", "DELETE FROM record_codes", "UPDATE record_tables SET stored = ''",
		"CREATE TABLE records_arrests (batch INTEGER NOT NULL, line BIGINT NOT NULL, day DATE, offence VARCHAR)",
		"INSERT INTO records_arrests (batch, line, day, offence) VALUES (1, 2, '2001-03-01', 'fraud'), (1, 3, '2002-03-01', NULL)",
	} {
		if _, err := w.db.ExecContext(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	want := map[int]string{2001: "fraud.", 2002: "."}
	if diff := cmp.Diff(want, offences(t, w)); diff != "" {
		t.Errorf("codes of an earlier version (-want +got):\n%s", diff)
	}
	if _, err := w.Load(ctx, batchOf(""), arrests, exportOf(list, 2011, "theft")); !errors.Is(err, stat.ErrConflict) {
		t.Errorf("Load into a table of an earlier version: %v, want stat.ErrConflict", err)
	}
	again := exportOf(list, 2001, "fraud", "")
	err = w.Reload(ctx, arrests, again.layout, func(stat.Batch) (Rows, func() error, error) { return again, func() error { return nil }, nil })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Load(ctx, batchOf(""), arrests, exportOf(list, 2011, "theft")); err != nil {
		t.Fatal(err)
	}
	want[2011] = "theft."
	if diff := cmp.Diff(want, offences(t, w)); diff != "" {
		t.Errorf("codes after loading again (-want +got):\n%s", diff)
	}
}
