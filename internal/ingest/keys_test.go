package ingest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tallystick/internal/stat"
)

// TestKeysAreJudgedAsIfAllWereRemembered sets keys against a map of everything, over rows of several records that repeat
// keys, with a filter that soon takes every key for a known one, and with memory for next to nothing.
func TestKeysAreJudgedAsIfAllWereRemembered(t *testing.T) {
	type record struct {
		key, sum int
	}
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.SampledFrom([]int{3, 300}).Draw(t, "keys")
		one := rapid.Custom(func(t *rapid.T) record {
			return record{rapid.IntRange(0, most).Draw(t, "key"), rapid.SampledFrom([]int{1, 1, 1, 2}).Draw(t, "sum")}
		})
		rows := rapid.SliceOfN(rapid.SliceOfN(one, 1, 3), 0, 60).Draw(t, "rows")

		want := map[int64]string{}
		type first struct{ sum, line int }
		known := map[int]first{}
		for i, row := range rows {
			said := "accepted"
			other := 0
			for _, r := range row {
				switch f, ok := known[r.key]; {
				case !ok:
					known[r.key] = first{r.sum, i + 1}
				case f.sum == r.sum:
					said = "duplicate"
				default:
					other = f.line
				}
			}
			if other > 0 {
				said = fmt.Sprintf("as row %d", other)
			}
			want[int64(i+1)] = said
		}

		k := newKeys(rapid.SampledFrom([]int{blockBytes, smallFilter}).Draw(t, "filter"))
		k.heldSize = rapid.SampledFrom([]int{1, 200, 1 << 20}).Draw(t, "held")
		k.roundSize = rapid.SampledFrom([]int{1, 5, 1 << 20}).Draw(t, "round")
		defer k.close()
		p := &plan{}
		got := map[int64]string{}
		var duplicates int64
		add := func(c *stat.Chunk) {
			for i, line := range c.Lines {
				if x := string(c.Vectors[1].At(i)); x != fmt.Sprint(line, c.Vectors[0].Ints[i]) {
					t.Fatalf("row %d with key %d has the text %q", line, c.Vectors[0].Ints[i], x)
				}
				got[line] = "accepted"
			}
			for _, r := range c.Rejects {
				var other int
				if _, err := fmt.Sscanf(r.Issues[0].Problem, "The row has the same  as row %d,", &other); err != nil || r.Cells[0] != fmt.Sprint("row ", r.Line) {
					t.Fatalf("row %d: %q of %q (%v)", r.Line, r.Issues[0].Problem, r.Cells, err)
				}
				got[r.Line] = fmt.Sprintf("as row %d", other)
			}
			duplicates += c.Duplicates
		}
		for at := 0; at < len(rows); {
			n := min(len(rows)-at, rapid.IntRange(1, 20).Draw(t, "rows of a chunk"))
			out := &parsed{chunk: &stat.Chunk{Vectors: make([]stat.Vector, 2), Accepted: int64(n)}}
			for i := at; i < at+n; i++ {
				line, from := int64(i+1), len(out.hash)
				for _, r := range rows[i] {
					c := out.chunk
					c.Lines = append(c.Lines, line)
					number, text := &c.Vectors[0], &c.Vectors[1]
					number.Ints, number.Null = append(number.Ints, int64(r.key)), append(number.Null, false)
					text.Text = fmt.Append(text.Text, line, r.key)
					text.Ends, text.Null = append(text.Ends, len(text.Text)), append(text.Null, false)
					out.hash, out.sums = append(out.hash, mix(uint64(r.key)+1)), append(out.sums, uint32(r.sum))
				}
				out.rows = append(out.rows, parsedRow{line: line, from: from, to: len(out.hash), text: fmt.Append(nil, "row ", line)})
			}
			if err := k.hold(out); err != nil {
				t.Fatal(err)
			}
			add(out.chunk)
			at += n
		}
		for {
			c, err := k.judge(p)
			if err != nil {
				t.Fatal(err)
			}
			if c == nil {
				break
			}
			add(c)
		}
		for line, said := range want {
			if said == "duplicate" {
				delete(want, line)
				duplicates--
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || duplicates != 0 {
			t.Fatalf("%v: rows (-want +got), %d duplicates too many:\n%s", rows, duplicates, diff)
		}
	})
}

// TestFilterKnowsNewKeys counts the new keys that the filter takes for known ones.
func TestFilterKnowsNewKeys(t *testing.T) {
	f := make(filter, 1<<10) // 64 KiB
	var wrong []int
	for i := range 16_384 { // 32 bits for each
		if !f.add(mix(uint64(i) + 1)) {
			wrong = append(wrong, i)
		}
	}
	if len(wrong) > 1 {
		t.Errorf("%d of 16,384 new keys were taken for known ones, want one at most", len(wrong))
	}
	for i := range 16_384 {
		if f.add(mix(uint64(i) + 1)) {
			t.Fatalf("key %d was added and is not known", i)
		}
	}
	if slices.Contains(wrong, 0) {
		t.Error("an empty filter knows a key")
	}
}
