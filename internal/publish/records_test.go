package publish_test

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"tallystick/internal/publish"
	"tallystick/internal/stat"
)

// testRecordsAreHandedOutFieldByField compares the CSV of each data set with public records to its definition and to what
// was accepted: exactly the listed fields, every record, and of no other data set.
func testRecordsAreHandedOutFieldByField(t *testing.T, in publish.Input, d publish.Drafted) {
	public := 0
	for _, ds := range in.Definitions.Datasets {
		text, ok := d.Files["records/"+ds.ID+".csv"]
		if ok != (ds.Records == stat.RecordsPublic) {
			t.Errorf("records of %s are handed out: %v, the definition says %q", ds.ID, ok, ds.Records)
		}
		if !ok {
			continue
		}
		public++
		lines, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
		if err != nil {
			t.Fatalf("records of %s: %v", ds.ID, err)
		}
		if !slices.Equal(lines[0], ds.RecordFields) {
			t.Errorf("records of %s have the fields %v, want %v", ds.ID, lines[0], ds.RecordFields)
		}
		accepted := 0
		batches, err := in.Warehouse.Batches(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range batches {
			if b.Dataset == ds.ID {
				accepted += int(b.Accepted)
			}
		}
		if len(lines)-1 != accepted {
			t.Errorf("%d records of %s are handed out, %d were accepted", len(lines)-1, ds.ID, accepted)
		}
		if got := d.Files["records/"+ds.ID+".parquet"]; !strings.HasPrefix(string(got), "PAR1") {
			t.Errorf("the records of %s are not handed out as Parquet", ds.ID)
		}
	}
	if public == 0 {
		t.Error("no bundled data set has public records")
	}
}
