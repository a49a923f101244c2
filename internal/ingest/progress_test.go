package ingest

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"golang.org/x/text/encoding/unicode"
)

// TestProgressIsInBytesOfTheFile reads exports of several blocks, as they are, packed and in UTF-16: half of the rows are
// about half of the file, and all rows are all of it.
func TestProgressIsInBytesOfTheFile(t *testing.T) {
	const n = 200_000
	text := []byte("date,place,count\n")
	for i := range n {
		text = fmt.Appendf(text, "2016-01-01,p%06d,%06d\n", i, i*7919%1_000_000)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, export := range map[string][]byte{"export.csv": text, "export.csv.gz": packed.Bytes(), "wide.csv": wide} {
		in := caseDefinitions()
		in.Name, in.Workers = name, 1
		rows, err := Open(context.Background(), bytes.NewReader(export), in)
		if err != nil {
			t.Fatal(err)
		}
		size := float64(len(export))
		for {
			_, err := rows.Next(context.Background())
			done, at := rows.Progress()
			if share := float64(done) / n; share > 0.4 && share < 1 && (float64(at) < (share-0.3)*size || float64(at) > (share+0.3)*size) {
				t.Errorf("%s: Progress() = %d, %d: %.0f%% of the rows, but %.0f%% of %.0f bytes", name, done, at, share*100, float64(at)/size*100, size)
			}
			if errors.Is(err, io.EOF) {
				if done != n || float64(at) < size*0.99 || float64(at) > size {
					t.Errorf("%s: Progress() at the end = %d, %d, want %d, %.0f", name, done, at, n, size)
				}
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		rows.Close()
	}
}
