package ingest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// keys knows the keys of all records of an export so far: for each its hash, a sum over the whole record and the
// line it stood on. An open table of 16 bytes a record, so that ten million records take 256 MiB.
//
// Two keys are taken as equal when their 64-bit hashes are; among ten million different keys that happens by chance
// with a probability of about 3 in a million, and then costs one row that is quarantined, with its reason.
type keys struct {
	table []entry
	n     int
}

// MemoryLimit is the setting of debug.SetMemoryLimit with which a program should read large exports. The table of keys
// is most of what is alive and holds no pointers: collecting it is cheap, and beyond this limit cheaper than as much
// memory again.
const MemoryLimit = 520 << 20

type entry struct {
	hash uint64
	sum  uint32
	line uint32
}

func newKeys() *keys { return &keys{table: make([]entry, 1<<10)} }

// find returns the entry of the key, or the empty place where it belongs.
func (k *keys) find(hash uint64) *entry {
	if hash == 0 {
		hash = 1
	}
	mask := uint64(len(k.table) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		if e := &k.table[i]; e.hash == hash || e.hash == 0 {
			return e
		}
	}
}

func (k *keys) add(e *entry, hash uint64, sum uint32, line int64) {
	if hash == 0 {
		hash = 1
	}
	*e = entry{hash, sum, uint32(line)}
	k.n++
	if k.n*4 < len(k.table)*3 {
		return
	}
	old := k.table
	k.table = make([]entry, 2*len(old))
	for _, e := range old {
		if e.hash != 0 {
			*k.find(e.hash) = e
		}
	}
}

// check takes the rows of the chunk whose key was seen before out of it: a row all of whose records repeat earlier
// ones is a duplicate; a row whose key stands on another record is quarantined. It does nothing where the data set keeps
// equal rows, or the feed adds rows up: there a key says nothing about one row.
func (k *keys) check(p *plan, out *parsed) {
	if !p.keyed {
		return
	}
	c := out.chunk
	var drop []parsedRow
	for _, r := range out.rows {
		repeats := 0
		var other int64
		for i := r.from; i < r.to; i++ {
			e := k.find(out.hash[i])
			switch {
			case e.hash == 0:
				k.add(e, out.hash[i], out.sums[i], r.line)
			case e.sum == out.sums[i]:
				repeats++
			default:
				other = int64(e.line)
			}
		}
		switch {
		case other != 0:
			c.Rejects = append(c.Rejects, p.conflict(r, other))
			c.Accepted--
			drop = append(drop, r)
		case repeats > 0:
			c.Duplicates++
			c.Accepted--
			drop = append(drop, r)
		}
	}
	if len(drop) == 0 {
		return
	}
	remove(c, drop)
	slices.SortStableFunc(c.Rejects, func(a, b stat.Reject) int { return cmp.Compare(a.Line, b.Line) })
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
