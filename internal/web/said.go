package web

import (
	"net/url"
	"strings"

	"tallystick/internal/chart"
	"tallystick/internal/stat"
)

// said is a rule-written sentence in runs of text, each number with the address of what lies behind it.
type said []run

// run is a part of a sentence; Path is empty where it is no number.
type run struct {
	Text   string
	Key    string
	Path   string
	Strong bool
}

func (v *visit) say(s stat.Sentence) said {
	out := make(said, len(s.Parts))
	for i, p := range s.Parts {
		out[i] = run{Text: p.Text, Key: p.Key, Strong: p.Strong}
		if p.Key != "" {
			out[i].Path = v.valuePath(p.Key)
		}
	}
	return out
}

func (v *visit) sayAll(sentences []stat.Sentence) []said {
	out := make([]said, len(sentences))
	for i, s := range sentences {
		out[i] = v.say(s)
	}
	return out
}

// table is a table of an indicator with the place where the passports of its values are.
type table struct {
	chart.Table
	Values string
}

// valuesPath is where the passports of the release that is read are.
func (v *visit) valuesPath() string {
	if v.pinned {
		return "/releases/" + v.rel.ID() + "/values/"
	}
	return "/values/"
}

func (v *visit) valuePath(key string) string { return v.valuesPath() + escapeKey(key) }

// escapeKey writes the key of an observation as a path, whatever its codes hold.
func escapeKey(key string) string {
	parts := strings.Split(key, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}
