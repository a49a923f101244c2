package release

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tallystick/internal/stat"
)

// TestRecordsAreTotallyOrdered writes the same records twice in different orders and reads them back: the bytes are the
// same, an empty value stays empty, and the types are those of the fields.
func TestRecordsAreTotallyOrdered(t *testing.T) {
	fields := []stat.Field{
		{Name: "day", Type: stat.FieldDate}, {Name: "agency", Type: stat.FieldCode}, {Name: "count", Type: stat.FieldInteger},
	}
	var records [][]any
	for n := range 300 {
		records = append(records, []any{stat.Date{Year: 2020, Month: time.Month(1 + n%12), Day: 1 + n%28}, []any{"hartford", "union", nil}[n%3], int64(n)})
	}
	records[7][0], records[7][2] = nil, nil
	write := func() []byte {
		r, err := NewRecords(t.Context(), fields)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for _, record := range records {
			if err := r.Write(record); err != nil {
				t.Fatalf("Write(%v): %v", record, err)
			}
		}
		data, err := r.Bytes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	first := write()
	rand.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	if !bytes.Equal(first, write()) {
		t.Error("the same records in another order give other bytes")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "records.parquet")
	if err := os.WriteFile(path, first, 0o644); err != nil {
		t.Fatal(err)
	}
	db, err := engine(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var got [4]int64
	var kinds [3]string
	if err := db.QueryRowContext(t.Context(), `SELECT CAST(count(*) AS BIGINT), CAST(count(day) AS BIGINT), CAST(count(agency) AS BIGINT),
		CAST(sum(count) AS BIGINT), any_value(typeof(day)), any_value(typeof(agency)), any_value(typeof(count)) FROM read_parquet(?)`, path).
		Scan(&got[0], &got[1], &got[2], &got[3], &kinds[0], &kinds[1], &kinds[2]); err != nil {
		t.Fatal(err)
	}
	if want := [4]int64{300, 299, 200, 300*299/2 - 7}; got != want {
		t.Errorf("records, days, agencies, sum = %v, want %v", got, want)
	}
	if diff := cmp.Diff(kinds, [3]string{"DATE", "VARCHAR", "BIGINT"}); diff != "" {
		t.Errorf("types differ:\n%s", diff)
	}
}

func TestRecordsRefuseWhatIsNotHandedOut(t *testing.T) {
	for _, f := range []stat.Field{{Name: "place", Type: stat.FieldDecimal}, {Name: `a" INTEGER); DROP TABLE x; --`, Type: stat.FieldText}} {
		if r, err := NewRecords(t.Context(), []stat.Field{f}); err == nil {
			r.Close()
			t.Errorf("NewRecords(%+v): no error", f)
		}
	}
}
