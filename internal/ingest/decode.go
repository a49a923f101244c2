package ingest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"tallystick/internal/stat"
)

// The encodings that a feed may name.
const (
	encodingUTF8    = "utf-8"
	encodingUTF16LE = "utf-16le"
	encodingUTF16BE = "utf-16be"
	encoding1252    = "windows-1252"
	encodingLatin1  = "iso-8859-1"
)

var decoders = map[string]encoding.Encoding{
	encodingUTF16LE: unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
	encodingUTF16BE: unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
	encoding1252:    charmap.Windows1252,
	encodingLatin1:  charmap.ISO8859_1,
}

// sampleSize is how much of an export is looked at before it is read.
const sampleSize = 1 << 20

// decoded returns a reader of the export as UTF-8 without a byte-order mark, and the encoding it was in. An encoding
// that is not given is detected.
func decoded(r io.Reader, given string) (io.Reader, string, error) {
	sample := make([]byte, sampleSize)
	n, err := io.ReadFull(r, sample)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, "", err
	}
	sample = sample[:n]
	name := strings.ToLower(given)
	mark, found := byteOrderMark(sample)
	if found != "" {
		name = found // the mark is in the bytes; a feed that says otherwise is mistaken about this file
	}
	if name == "" {
		name = detectEncoding(sample, r)
	}
	all := io.MultiReader(bytes.NewReader(sample[mark:]), r)
	if name == encodingUTF8 {
		return all, name, nil
	}
	d, ok := decoders[name]
	if !ok {
		return nil, "", fmt.Errorf("encoding %q is not one of utf-8, utf-16le, utf-16be, windows-1252, iso-8859-1: %w", given, stat.ErrInvalid)
	}
	return d.NewDecoder().Reader(all), name, nil
}

var byteOrderMark8 = []byte("\xef\xbb\xbf")

func byteOrderMark(b []byte) (length int, encoding string) {
	switch {
	case bytes.HasPrefix(b, byteOrderMark8):
		return 3, encodingUTF8
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return 2, encodingUTF16LE
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return 2, encodingUTF16BE
	}
	return 0, ""
}

// detectEncoding judges text without a byte-order mark. Zero bytes in every second place are UTF-16. Bytes that are
// valid UTF-8 are UTF-8; bytes that are not, and that hold not one sequence of UTF-8, are Windows-1252, the encoding
// of spreadsheets on older machines (it has all of Latin-1 that is printable). If the sample is plain ASCII and the
// rest can be looked at beforehand, it decides.
func detectEncoding(sample []byte, rest io.Reader) string {
	var zeros [2]int
	for i, c := range sample[:len(sample)&^1] {
		if c == 0 {
			zeros[i&1]++
		}
	}
	if pairs := len(sample) / 2; pairs > 0 {
		if zeros[1]*10 > pairs*4 && zeros[0]*10 < pairs {
			return encodingUTF16LE
		}
		if zeros[0]*10 > pairs*4 && zeros[1]*10 < pairs {
			return encodingUTF16BE
		}
	}
	good, bad := sequences(sample)
	if s, ok := rest.(io.ReadSeeker); ok && good == 0 && bad == 0 && len(sample) == sampleSize {
		good, bad = sequencesAhead(s)
	}
	if bad > 0 && good == 0 {
		return encoding1252
	}
	return encodingUTF8
}

// sequences counts the sequences of UTF-8 beyond ASCII, and the bytes that belong to none.
func sequences(b []byte) (good, bad int) {
	for len(b) > 0 {
		b = b[ascii(b):]
		if len(b) == 0 || !utf8.FullRune(b) {
			return good, bad
		}
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		b = b[n:]
	}
	return good, bad
}

// ascii returns how many bytes at the beginning are ASCII.
func ascii(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if binary.LittleEndian.Uint64(b[i:])&0x8080808080808080 != 0 {
			break
		}
	}
	for i < len(b) && b[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// sequencesAhead counts over the rest of a file and goes back to where it was.
func sequencesAhead(s io.ReadSeeker) (good, bad int) {
	at, err := s.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, 0
	}
	buf := make([]byte, 1<<20)
	for good == 0 || bad == 0 {
		n, err := io.ReadFull(s, buf)
		g, b := sequences(buf[:n])
		good, bad = good+g, bad+b
		if err != nil {
			break
		}
	}
	if _, err := s.Seek(at, io.SeekStart); err != nil {
		return 0, 0
	}
	return good, bad
}

// detectDelimiter picks, of comma, semicolon, tab, bar, caret and tilde, the one that cuts most records of the sample into the same
// number of cells, more than one. A tie goes to the first.
func detectDelimiter(sample []byte, quote byte) byte {
	best, bestScore := byte(','), 0
	for _, comma := range []byte{',', ';', '\t', '|', '^', '~'} {
		widths := map[int]int{}
		s := &splitter{r: bytes.NewReader(nil), buf: sample, to: len(sample), eof: true, line: 1, comma: comma, quote: quote, lf: -1}
		var c cells
		at, n := 0, 0
		for at < s.to && n < 200 {
			e, next := s.record(at)
			c.split(sample[e.start:e.end], comma, quote)
			widths[len(c.list)]++
			at = next
			n++
		}
		score := 0
		for width, records := range widths {
			if width > 1 {
				score = max(score, records*1000+width)
			}
		}
		if score > bestScore {
			best, bestScore = comma, score
		}
	}
	return best
}
