package export

import (
	"encoding/json"
	"io"
	"strings"
	"time"

	"tallystick/internal/stat"
)

// FormatJSON names the shape of the JSON file. Members are added to it, never renamed or removed.
const FormatJSON = "tallystick-indicator-1"

// document is the JSON file of an indicator.
type document struct {
	Format       string            `json:"format"`
	Release      published         `json:"release"`
	Fabricated   string            `json:"fabricated,omitempty"` // a warning, where figures are made up
	Indicator    stat.Indicator    `json:"indicator"`            // the definition under which the figures stand
	Answer       answer            `json:"answer"`
	Observations []observation     `json:"observations"` // in total order
	Units        map[string]string `json:"units"`        // the words for each unit in observations
	Statuses     map[string]string `json:"statuses"`     // the words for each status in observations
	Sources      []stat.Source     `json:"sources"`      // of the data sets behind the indicator
	Links        links             `json:"links"`
}

type published struct {
	ID          string    `json:"id"`
	PublishedAt time.Time `json:"published_at"`
}

// answer adds the plain text to what the rules wrote.
type answer struct {
	Text string `json:"text"`
	stat.Answer
}

// observation adds its key, and has no value instead of 0 where none was reported.
type observation struct {
	Key   string   `json:"key"`
	Value *float64 `json:"value"`
	stat.Observation
}

// links are addresses on the site: of this release, which never change, and of the newest.
type links struct {
	Page   string `json:"page"`
	Latest string `json:"latest"`
	CSV    string `json:"csv"`
	JSON   string `json:"json"`
	XLSX   string `json:"xlsx"`
	SVG    string `json:"svg"`
}

func writeJSON(w io.Writer, s Sheet) error {
	base := strings.TrimSuffix(s.Definitions.Site.Address, "/")
	page := base + "/releases/" + s.Release + "/indicators/" + s.Indicator.ID
	doc := document{
		Format:       FormatJSON,
		Release:      published{s.Release, s.PublishedAt.UTC()},
		Indicator:    s.Indicator,
		Answer:       answer{Answer: s.Answer},
		Observations: make([]observation, 0, len(s.Observations)),
		Units:        map[string]string{},
		Statuses:     map[string]string{},
		Sources:      s.sources(),
		Links: links{
			Page: page, Latest: base + "/indicators/" + s.Indicator.ID,
			CSV: page + ".csv", JSON: page + ".json", XLSX: page + ".xlsx", SVG: page + ".svg",
		},
	}
	if s.anyFabricated() {
		doc.Fabricated = Fabricated
	}
	doc.Answer.Text = s.answerText()
	for _, o := range s.Observations {
		row := observation{Key: o.Key(), Observation: o}
		if o.Status == stat.StatusReported {
			row.Value = &row.Observation.Value
		}
		doc.Observations = append(doc.Observations, row)
		doc.Units[o.Unit] = s.unit(o.Unit)
		doc.Statuses[string(o.Status)] = o.Status.Words()
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(doc)
}

// answerText is the answer to the indicator's question in plain text.
func (s Sheet) answerText() string {
	parts := make([]string, len(s.Answer.Sentences))
	for i, sentence := range s.Answer.Sentences {
		parts[i] = sentence.String()
	}
	return strings.Join(parts, " ")
}

// sources are the sources of the data sets behind the indicator, in the order of the definitions.
func (s Sheet) sources() []stat.Source {
	used := map[string]bool{}
	for _, p := range s.Indicator.Panels {
		all := p.Series
		if p.Rate != nil {
			all = append(all[:len(all):len(all)], p.Rate.Population)
		}
		for _, series := range all {
			if d, ok := s.Definitions.Dataset(series.Dataset); ok {
				used[d.Source] = true
			}
		}
	}
	list := []stat.Source{}
	for _, source := range s.Definitions.Sources {
		if used[source.ID] {
			list = append(list, source)
		}
	}
	return list
}
