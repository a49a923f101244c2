package report

import (
	"strings"

	"tallystick/internal/stat"
)

// A caution is put together as text, in lists and in the order of its language. So that each number in it still leads to
// its figure, a number stands in the text between marks that no text has, with the key of the figure before it.
const (
	markKey   = "\uE010" // before the key
	markText  = "\uE011" // between the key and the text
	markAfter = "\uE012"
)

// figured writes parts as text that remembers which figure each number is.
func figured(parts []stat.Part) string {
	var b strings.Builder
	for _, p := range parts {
		if p.Key == "" {
			b.WriteString(p.Text)
			continue
		}
		b.WriteString(markKey + p.Key + markText + p.Text + markAfter)
	}
	return b.String()
}

// figure is a number that belongs to an observation: its value, or a number of its coverage.
func figure(o stat.Observation, number string) string {
	return figured([]stat.Part{{Text: number, Key: o.Key()}})
}

// told is the sentence that the marked text stands for.
func told(text string) stat.Sentence {
	var out stat.Sentence
	for text != "" {
		before, rest, found := strings.Cut(text, markKey)
		if before != "" {
			out.Parts = append(out.Parts, stat.Part{Text: before})
		}
		if !found {
			break
		}
		key, rest, _ := strings.Cut(rest, markText)
		number, after, _ := strings.Cut(rest, markAfter)
		out.Parts = append(out.Parts, stat.Part{Text: number, Key: key})
		text = after
	}
	return out
}
