package ingest

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"tallystick/internal/stat"
)

// Sentence writes an issue as its sender reads it: "Row 118: the arrest date 13/45/2016 is not a date. Write it as
// 2016-11-13."
func Sentence(i stat.Issue) string {
	text := strings.TrimSpace(i.Problem + " " + i.Fix)
	if i.Line == 0 {
		return text
	}
	first, n := utf8.DecodeRuneInString(text)
	if second, _ := utf8.DecodeRuneInString(text[n:]); !unicode.IsUpper(second) {
		text = string(unicode.ToLower(first)) + text[n:]
	}
	return fmt.Sprintf("Row %d: %s", i.Line, text)
}
