package ingest

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// TestBytesTakenByEightsAreFoundLikeOneByOne sets the looks that take eight bytes at a time against the plain ones.
func TestBytesTakenByEightsAreFoundLikeOneByOne(t *testing.T) {
	any := rapid.OneOf(rapid.SampledFrom([]byte{0, '\t', '\n', '\r', 0x1f, 0x20, 'a', 0x7e, 0x7f, 0x80, 0xff}), rapid.ByteRange(0x20, 0x7e))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(any, 0, 40).Draw(t, "text")
		wantASCII, wantControl := len(text), -1
		for i, c := range text {
			if c >= utf8.RuneSelf {
				wantASCII = min(wantASCII, i)
			}
		}
		for i, c := range text {
			if c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
				wantControl = i
				break
			}
			if c >= utf8.RuneSelf && wantControl < 0 {
				wantControl = i
			}
		}
		if got := ascii(text); got != wantASCII {
			t.Errorf("ascii(%q) = %d, want %d", text, got, wantASCII)
		}
		if got := control(text); got != wantControl {
			t.Errorf("control(%q) = %d, want %d", text, got, wantControl)
		}
	})
}
