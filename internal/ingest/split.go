package ingest

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"
)

const (
	blockSize  = 1 << 20 // bytes of records that one worker takes at a time
	recordSize = 1 << 20 // a longer record is a quote that was never closed
)

// block is a run of whole records and where each of them ends.
type block struct {
	data    []byte
	line    int64 // physical line on which the first record begins
	records []extent
}

// extent is one record of a block: data[start:end] without its line end, and how many physical lines it takes.
type extent struct {
	start, end int
	lines      int64
	unclosed   bool // a quote was opened in it and never closed
	footer     bool // it is one of the last records, which are no rows
}

// splitter cuts an export into records, in one pass over its bytes. A record ends at a line end (LF, CR or CRLF,
// in any mixture) outside quotes; a quote opens only at the start of a cell. It is the only place that decides where
// a record ends, so that lines are counted once.
type splitter struct {
	r        io.Reader
	buf      []byte
	from, to int // the unread part of buf
	eof      bool
	line     int64 // physical line of buf[from]
	lfFrom   int   // in buf[lfFrom:lf] there is no LF
	lf       int
	comma    byte
	quote    byte // 0: no quoting
	footer   int  // records at the end that are no rows
	notes    bool // only those of them that are notes
}

func newSplitter(r io.Reader, comma, quote byte) *splitter {
	return &splitter{r: r, line: 1, comma: comma, quote: quote, buf: make([]byte, blockSize+recordSize)}
}

// head reads the next record as cells, without handing it on. It returns io.EOF at the end.
func (s *splitter) head() (record []string, line int64, err error) {
	if err := s.fill(); err != nil {
		return nil, 0, err
	}
	if s.from == s.to {
		return nil, 0, io.EOF
	}
	e, next := s.record(s.from)
	var cells cells
	cells.split(s.buf[e.start:e.end], s.comma, s.quote)
	record = make([]string, len(cells.list))
	for i, c := range cells.list {
		record[i] = strings.ToValidUTF8(string(c), "\uFFFD")
	}
	line = s.line
	s.from, s.line = next, s.line+e.lines
	return record, line, nil
}

// fill reads until the buffer is full or the input ends.
func (s *splitter) fill() error {
	s.lfFrom, s.lf = 0, -1
	if s.from > 0 {
		copy(s.buf, s.buf[s.from:s.to])
		s.from, s.to = 0, s.to-s.from
	}
	for s.to < len(s.buf) && !s.eof {
		n, err := s.r.Read(s.buf[s.to:])
		s.to += n
		if errors.Is(err, io.EOF) {
			s.eof = true
		} else if err != nil {
			return err
		}
	}
	return nil
}

// next returns the next block, or io.EOF.
func (s *splitter) next() (*block, error) {
	if err := s.fill(); err != nil {
		return nil, err
	}
	if s.from == s.to {
		return nil, io.EOF
	}
	b := &block{line: s.line}
	at := s.from
	for at < s.to && at-s.from < blockSize {
		e, next := s.record(at)
		e.start -= s.from
		e.end -= s.from
		b.records = append(b.records, e)
		s.line += e.lines
		at = next
	}
	if s.footer > 0 {
		at = s.holdBack(b, at)
	}
	b.data = append([]byte(nil), s.buf[s.from:at]...)
	s.from = at
	return b, nil
}

// holdBack keeps the last records of a block for the next one, as long as they may be the end of the file, and marks
// them when they are. It returns where the block ends now.
func (s *splitter) holdBack(b *block, at int) int {
	n := min(s.footer, len(b.records))
	last := b.records[len(b.records)-n:]
	if s.eof && at == s.to {
		if s.notes {
			last = last[len(last)-s.notesAtEnd(last):]
		}
		for i := range last {
			last[i].footer = true
		}
		return at
	}
	if n == len(b.records) {
		return at
	}
	for _, e := range last {
		s.line -= e.lines
	}
	b.records = b.records[:len(b.records)-n]
	return s.from + last[0].start
}

// noteWords fits the beginnings of notes below a table.
var noteWords = regexp.MustCompile(`(?i)^\W*(notes?|sources?|footnotes?|prepared|generated|printed|run|report|end of|data as of|as of)\b|^[*†‡(\[]|^[0-9]{1,2}[.)]? +[A-Za-z]+ +[A-Za-z]`)

// notesAtEnd tells how many of the last records of a block are notes: they have one cell of text or none, and begin with
// the words of a note or after a blank line. What could be a row that was cut off is none.
func (s *splitter) notesAtEnd(last []extent) int {
	first := len(last)
	list := make([][]string, len(last))
	for first > 0 {
		e := last[first-1]
		r := recordTexts(s.buf[s.from+e.start:s.from+e.end], s.comma, s.quote)
		if filledCells(r) > 1 || numberLike(strings.Join(r, "")) {
			break
		}
		first--
		list[first] = r
	}
	for ; first < len(last); first++ {
		if filledCells(list[first]) == 0 || noteWords.MatchString(strings.Join(list[first], "")) {
			break
		}
	}
	return len(last) - first
}

// record finds the record that begins at buf[at], and where the next one begins. If its quote is never closed, the
// record ends with its first line, so that one lost quote costs one row and not the rest of the file.
func (s *splitter) record(at int) (extent, int) {
	e := extent{start: at}
	limit := min(s.to, at+recordSize)
	end, next := s.lineEnd(at, limit)
	if s.quote == 0 || bytes.IndexByte(s.buf[at:end], s.quote) < 0 {
		e.end, e.lines = end, 1
		return e, next
	}
	firstEnd, firstNext := end, next
	lines := int64(1)
	pos := at
	for {
		// pos is at the start of a cell
		if pos < limit && s.buf[pos] == s.quote {
			closing := s.closing(pos+1, end, limit)
			if closing < 0 {
				e.end, e.lines, e.unclosed = firstEnd, 1, true
				return e, firstNext
			}
			for end < closing { // line ends inside the quotes
				lines++
				end, next = s.lineEnd(next, limit)
			}
			pos = closing + 1
		}
		i := bytes.IndexByte(s.buf[pos:end], s.comma)
		if i < 0 {
			e.end, e.lines = end, lines
			return e, next
		}
		pos += i + 1
	}
}

// closing returns the place of the quote that closes a quoted cell whose text begins at pos, or -1. Two quotes in a
// row stand for one. On the line where the cell begins any other quote closes it, and what follows up to the delimiter
// belongs to the cell. Further down only a quote before a delimiter or a line end does: any other is the first quote of
// another cell, and shows that this one was never closed.
func (s *splitter) closing(pos, lineEnd, limit int) int {
	for pos < limit {
		i := bytes.IndexByte(s.buf[pos:limit], s.quote)
		if i < 0 {
			return -1
		}
		pos += i
		if pos+1 < limit && s.buf[pos+1] == s.quote {
			pos += 2
			continue
		}
		if pos > lineEnd && pos+1 < limit {
			if c := s.buf[pos+1]; c != s.comma && c != '\n' && c != '\r' {
				return -1
			}
		}
		return pos
	}
	return -1
}

// lineEnd returns where the line that holds at ends and where the next one begins. The place of the next LF is kept,
// so that a file without any is not searched through again for each of its lines.
func (s *splitter) lineEnd(at, limit int) (end, next int) {
	if at < s.lfFrom || at > s.lf {
		s.lfFrom, s.lf = at, s.to
		if i := bytes.IndexByte(s.buf[at:s.to], '\n'); i >= 0 {
			s.lf = at + i
		}
	}
	next = limit
	if s.lf < limit {
		limit, next = s.lf, s.lf+1
	}
	if i := bytes.IndexByte(s.buf[at:limit], '\r'); i >= 0 {
		end = at + i
		if end+1 == limit && next > limit {
			return end, next
		}
		return end, end + 1
	}
	return limit, next
}

// cells splits one record into its cells. It is used again and again to keep its memory.
type cells struct {
	list    [][]byte
	scratch []byte
}

// split cuts the record. A cell in quotes loses them, and two quotes in it become one; text between the closing
// quote and the delimiter stays. The cells are valid until the next call.
func (c *cells) split(record []byte, comma, quote byte) {
	c.list, c.scratch = c.list[:0], c.scratch[:0]
	if cap(c.scratch) < len(record) {
		c.scratch = make([]byte, 0, 2*len(record))
	}
	for {
		if quote != 0 && len(record) > 0 && record[0] == quote {
			start := len(c.scratch)
			i := 1
			simple := true
			for {
				j := bytes.IndexByte(record[i:], quote)
				if j < 0 { // the splitter marks such a record; the cell is what there is
					c.scratch = append(c.scratch, record[i:]...)
					i = len(record)
					simple = false
					break
				}
				if i+j+1 < len(record) && record[i+j+1] == quote {
					c.scratch = append(c.scratch, record[i:i+j+1]...)
					i += j + 2
					simple = false
					continue
				}
				if simple {
					if rest := record[i+j+1:]; len(rest) == 0 || rest[0] == comma {
						c.list = append(c.list, record[1:i+j])
						record = rest
						break
					}
				}
				c.scratch = append(c.scratch, record[i:i+j]...)
				i += j + 1
				simple = false
				break
			}
			if !simple {
				k := bytes.IndexByte(record[i:], comma)
				if k < 0 {
					k = len(record) - i
				}
				c.scratch = append(c.scratch, record[i:i+k]...)
				c.list = append(c.list, c.scratch[start:len(c.scratch):len(c.scratch)])
				record = record[i+k:]
			}
			if len(record) == 0 {
				return
			}
			record = record[1:]
			continue
		}
		i := bytes.IndexByte(record, comma)
		if i < 0 {
			c.list = append(c.list, record)
			return
		}
		c.list = append(c.list, record[:i])
		record = record[i+1:]
	}
}
