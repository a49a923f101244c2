package ingest

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"strings"

	"tallystick/internal/stat"
)

// keys finds the rows whose key was on an earlier row of the export, in memory that does not grow with the export.
//
// A filter knows of a key that it is new, which nearly all are: their rows pass at once. A row of which it does not,
// one that repeats a key or seems to, is held until the end. Then the keys that have passed, which are kept beside, are
// looked through for those of the rows held. All rows with one key but the first are held, so that they are judged in
// the order of the file.
//
// Two keys are taken as equal when their 64-bit hashes are; among ten million different keys that happens by chance
// with a probability of about 3 in a million, and then costs one row that is quarantined, with its reason.
type keys struct {
	filter filter
	passed overflow // the keys that have passed, as written by pass
	held   []*held  // the last rows held, of about size bytes; those before them are in more
	size   int
	more   overflow // gob
	write  *gob.Encoder
	read   *gob.Decoder
	round  []*held            // the rows that are being judged
	known  map[uint64]earlier // their keys

	filterSize, heldSize, roundSize int // bytes of the filter, bytes of held, and records that are judged at a time
}

// How large the filter is for an export whose text is a block or two, and for any other. The large one takes one or
// two of ten million new keys for known ones, and one in seven when a hundred million have been added.
const (
	smallFilter = 1 << 20
	largeFilter = 64 << 20
)

func newKeys(filterSize int) *keys {
	return &keys{filterSize: filterSize, heldSize: 4 << 20, roundSize: 1 << 16}
}

// held is the rows of a chunk that are held, and their records.
type held struct {
	Chunk stat.Chunk
	Rows  []heldRow
	Hash  []uint64
	Sums  []uint32
}

type heldRow struct {
	Line     int64
	From, To int
	Text     []byte
}

// earlier is what is known of an earlier record with a key.
type earlier struct {
	sum   uint32 // over all of its fields
	line  uint32
	known bool // there is one
}

// passedSize is how many bytes are kept of a key that has passed: its hash, then sum and line.
const passedSize = 16

func (k *keys) pass(hash uint64, sum uint32, line int64) error {
	var b [passedSize]byte
	binary.LittleEndian.PutUint64(b[:], hash)
	binary.LittleEndian.PutUint32(b[8:], sum)
	binary.LittleEndian.PutUint32(b[12:], uint32(line))
	return k.passed.write(b[:])
}

// hold takes the rows out of the chunk of which the filter does not know that their keys are new. It does nothing where
// the data set keeps equal rows, or the feed adds rows up: there a key says nothing about one row.
func (k *keys) hold(out *parsed) error {
	if len(out.rows) == 0 {
		return nil
	}
	if k.filter == nil {
		k.filter = make(filter, k.filterSize/blockBytes)
	}
	var gone []parsedRow
	for _, r := range out.rows {
		fresh := true
		for _, hash := range out.hash[r.from:r.to] {
			fresh = k.filter.add(hash) && fresh
		}
		if !fresh {
			gone = append(gone, r)
			continue
		}
		for i := r.from; i < r.to; i++ {
			if err := k.pass(out.hash[i], out.sums[i], r.line); err != nil {
				return err
			}
		}
	}
	if len(gone) == 0 {
		return nil
	}
	h := &held{Chunk: stat.Chunk{Vectors: make([]stat.Vector, len(out.chunk.Vectors))}}
	for _, r := range gone {
		from := len(h.Chunk.Lines)
		for i := r.from; i < r.to; i++ {
			appendRecord(&h.Chunk, out.chunk, i)
		}
		h.Rows = append(h.Rows, heldRow{Line: r.line, From: from, To: len(h.Chunk.Lines), Text: bytes.Clone(r.text)})
		h.Hash, h.Sums = append(h.Hash, out.hash[r.from:r.to]...), append(h.Sums, out.sums[r.from:r.to]...)
		k.size += 2*len(r.text) + 32*(r.to-r.from)*len(h.Chunk.Vectors)
	}
	remove(out.chunk, gone)
	out.chunk.Accepted -= int64(len(gone))
	k.held = append(k.held, h)
	if k.size < k.heldSize {
		return nil
	}
	if k.write == nil {
		k.write = gob.NewEncoder(writerFunc(k.more.write))
	}
	for _, h := range k.held {
		if err := k.write.Encode(h); err != nil {
			return err
		}
	}
	k.held, k.size = nil, 0
	return nil
}

// judge returns what becomes of the next rows that were held, or nil when all have been judged. A row that repeats an
// earlier record is a duplicate; a row whose key stands on another record is quarantined.
func (k *keys) judge(p *plan) (*stat.Chunk, error) {
	if len(k.round) == 0 {
		if err := k.nextRound(); err != nil || len(k.round) == 0 {
			return nil, err
		}
	}
	h := k.round[0]
	k.round = k.round[1:]
	c := &h.Chunk
	var gone []parsedRow
	for _, r := range h.Rows {
		repeats := 0
		var other int64
		for i := r.From; i < r.To; i++ {
			switch e := k.known[h.Hash[i]]; {
			case !e.known:
				k.known[h.Hash[i]] = earlier{h.Sums[i], uint32(r.Line), true}
				if err := k.pass(h.Hash[i], h.Sums[i], r.Line); err != nil {
					return nil, err
				}
			case e.sum == h.Sums[i]:
				repeats++
			default:
				other = int64(e.line)
			}
		}
		switch row := (parsedRow{line: r.Line, from: r.From, to: r.To, text: r.Text}); {
		case other != 0:
			c.Rejects = append(c.Rejects, p.conflict(row, other))
			gone = append(gone, row)
		case repeats > 0:
			c.Duplicates++
			gone = append(gone, row)
		default:
			c.Accepted++
		}
	}
	remove(c, gone)
	return c, nil
}

// nextRound takes as many of the held rows as may be judged at a time, and looks for their keys among those that
// passed.
func (k *keys) nextRound() error {
	k.known = map[uint64]earlier{}
	perhaps := make([]bool, 1<<20) // whether a key whose hash begins like this is among them: quicker than to ask the map
	for records := 0; records < k.roundSize; {
		h, err := k.nextHeld()
		if err != nil {
			return err
		}
		if h == nil {
			break
		}
		k.round = append(k.round, h)
		records += len(h.Hash)
		for _, hash := range h.Hash {
			k.known[hash] = earlier{}
			perhaps[hash>>44] = true
		}
	}
	if len(k.round) == 0 {
		return nil
	}
	passed, err := k.passed.reader()
	if err != nil {
		return err
	}
	for {
		var b [passedSize]byte
		if _, err := io.ReadFull(passed, b[:]); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		hash := binary.LittleEndian.Uint64(b[:])
		if !perhaps[hash>>44] {
			continue
		}
		if _, ok := k.known[hash]; ok {
			k.known[hash] = earlier{binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:]), true}
		}
	}
}

// nextHeld returns the next rows that were held, in the order of the file, or nil.
func (k *keys) nextHeld() (*held, error) {
	if k.write != nil && k.read == nil {
		more, err := k.more.reader()
		if err != nil {
			return nil, err
		}
		k.read = gob.NewDecoder(more)
	}
	if k.read != nil {
		h := &held{}
		if err := k.read.Decode(h); !errors.Is(err, io.EOF) {
			return h, err
		}
	}
	if len(k.held) == 0 {
		return nil, nil
	}
	h := k.held[0]
	k.held = k.held[1:]
	return h, nil
}

func (k *keys) close() {
	k.passed.close()
	k.more.close()
}

func (p *plan) conflict(r parsedRow, other int64) stat.Reject {
	var cells cells
	cells.split(r.text, p.comma, p.quote)
	return p.reject(r.line, cells.list, []stat.Issue{{
		File: p.file, Line: r.line, Column: strings.Join(p.ds.Key, ", "), Code: "key-twice", Severity: stat.SeverityError,
		Problem: fmt.Sprintf("The row has the same %s as row %d, but says something else.", keyNouns(p), other),
		Fix:     "Decide which of the two rows is right and remove the other.",
	}})
}

func keyNouns(p *plan) string {
	var nouns []string
	for _, c := range p.columns {
		if c.key {
			nouns = append(nouns, c.noun)
		}
	}
	if n := len(nouns); n > 1 {
		return strings.Join(nouns[:n-1], ", ") + " and " + nouns[n-1]
	}
	return strings.Join(nouns, "")
}

// remove takes the records of the rows out of the chunk.
func remove(c *stat.Chunk, rows []parsedRow) {
	if len(rows) == 0 {
		return
	}
	gone := make([]bool, len(c.Lines))
	for _, r := range rows {
		for i := r.from; i < r.to; i++ {
			gone[i] = true
		}
	}
	for j := range c.Vectors {
		v := &c.Vectors[j]
		kept := stat.Vector{Null: v.Null[:0]}
		for i := range gone {
			if gone[i] {
				continue
			}
			kept.Null = append(kept.Null, v.Null[i])
			switch {
			case v.Ends != nil:
				kept.Text = append(kept.Text, v.At(i)...)
				kept.Ends = append(kept.Ends, len(kept.Text))
			case v.Floats != nil:
				kept.Floats = append(kept.Floats, v.Floats[i])
			default:
				kept.Ints = append(kept.Ints, v.Ints[i])
			}
		}
		*v = kept
	}
	lines := c.Lines[:0]
	for i, line := range c.Lines {
		if !gone[i] {
			lines = append(lines, line)
		}
	}
	c.Lines = lines
}

// appendRecord copies record i of a chunk to the end of another.
func appendRecord(to, from *stat.Chunk, i int) {
	to.Lines = append(to.Lines, from.Lines[i])
	for j := range from.Vectors {
		v, x := &to.Vectors[j], &from.Vectors[j]
		v.Null = append(v.Null, x.Null[i])
		switch {
		case x.Ends != nil:
			v.Text = append(v.Text, x.At(i)...)
			v.Ends = append(v.Ends, len(v.Text))
		case x.Floats != nil:
			v.Floats = append(v.Floats, x.Floats[i])
		default:
			v.Ints = append(v.Ints, x.Ints[i])
		}
	}
}
