package publish

import (
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// findings are the issues that the steps of a draft have found.
type findings struct {
	sentences  []stat.Issue
	disclosure []stat.Issue
	renamed    []stat.Renaming
}

// gates are the conditions of publication, in the order in which a person would look at them.
func gates(d Drafted, found findings) []stat.Gate {
	list := []stat.Gate{
		{ID: "balance", Title: lang.Key("Every row of every export is accounted for"), Issues: unbalanced(d.Manifest.Batches)},
		{ID: "quarantine", Title: lang.Key("No data set has more rows in quarantine than it accepts"), Issues: quarantined(d)},
		{ID: "status", Title: lang.Key("Every figure has a status and a source"), Issues: unexplained(d)},
		{ID: "periods", Title: lang.Key("No year is missing without a status that says why"), Issues: missing(d)},
		{ID: "ratios", Title: lang.Key("No ratio stands without both counts and an interval"), Issues: bare(d)},
		{ID: "disclosure", Title: lang.Key("No withheld count can be worked out from what is published"), Issues: found.disclosure},
		{ID: "names", Title: lang.Key("What was renamed says what it was before"), Issues: unsaid(found.renamed)},
		{ID: "sentences", Title: lang.Key("Every sentence passes its checks"), Issues: found.sentences},
		{ID: "quoted", Title: lang.Key("Every figure in a note is the published one"), Issues: Misquoted(d)},
		{ID: "languages", Title: lang.Key("Every text is there in every language, or its lack is announced"), Issues: untold(d)},
		{ID: "alternatives", Title: lang.Key("Every figure has a text alternative"), Issues: unspoken(d)},
		{ID: "vanished", Title: lang.Key("Nothing that was published has vanished"), Issues: vanished(d)},
		{ID: "reasons", Title: lang.Key("Every changed figure has a reason"), Issues: unreasoned(d)},
		{ID: "definitions", Title: lang.Key("Every changed definition that changes a figure is announced"), Issues: unannounced(d)},
		{ID: "statements", Title: lang.Key("Every correction and withdrawal says what was wrong, what holds now and whom it concerns"), Issues: mute(d)},
	}
	for i := range list {
		list[i].Passed = len(stat.Errors(list[i].Issues)) == 0
	}
	return list
}

// Failed returns the gates that forbid publication.
func Failed(gates []stat.Gate) []stat.Gate {
	return slices.DeleteFunc(slices.Clone(gates), func(g stat.Gate) bool { return g.Passed })
}

// ofFigure says which figure an issue is about, or which series, panel or indicator by the beginning of the key.
func ofFigure(key string, i stat.Issue) stat.Issue {
	id, _, _ := strings.Cut(key, "/")
	i.File, i.Column = "indicators/"+id+".yaml", key
	return i
}

// ofExport says which export an issue is about.
func ofExport(b stat.Batch, i stat.Issue) stat.Issue {
	i.File, i.Column = b.File, b.ID
	return i
}

func refuse(code, problem, fix string) stat.Issue {
	return stat.Issue{Code: code, Problem: problem, Fix: fix, Severity: stat.SeverityError}
}

// Misquoted finds the notes that quote a figure other than it is.
func Misquoted(d Drafted) []stat.Issue {
	var out []stat.Issue
	held := map[string]stat.Observation{}
	for _, o := range d.Observations {
		held[o.Key()] = o
	}
	for _, ind := range d.Definitions.Indicators {
		for _, q := range ind.Quoted {
			o, ok := held[q.Figure]
			if !ok || !q.Quotes(o) {
				now := "the draft does not hold it"
				if ok {
					now = "it is " + stat.FormatNumber(o.Value, 0) + " (" + o.Status.Words() + ")"
				}
				out = append(out, ofFigure(q.Figure, refuse("quoted", fmt.Sprintf("A note of %s quotes %s as %s, and %s.", ind.ID, q.Figure, q.Says, now),
					"Mend the note and the entry under quoted in indicators/"+ind.ID+".yaml.")))
			}
		}
	}
	return out
}

// unsaid finds the data sets and indicators that have the counts of one that vanished, and do not say that they are it.
// Disclosure control takes them for the same in any case; a reader of the definitions must be told too. Former releases
// come the oldest first; each name is spoken of once, with the newest that had it.
func unsaid(renamed []stat.Renaming) []stat.Issue {
	var out []stat.Issue
	for i, r := range renamed {
		if slices.ContainsFunc(renamed[i+1:], func(later stat.Renaming) bool {
			return later.Kind == r.Kind && later.From == r.From && later.To == r.To
		}) {
			continue
		}
		file := r.Kind + "s/" + r.To + ".yaml"
		issue := refuse("renamed", fmt.Sprintf("The %s %s of release %s is defined no more, and %d of its figures are those of %s.",
			map[string]string{"dataset": "data set", "indicator": "indicator"}[r.Kind], r.From, r.Release, r.Figures, r.To),
			"Write formerly: ["+r.From+"] in data/"+file+", or restore the definition.")
		issue.File = file
		out = append(out, issue)
	}
	return out
}

// untold warns of texts that a release has in English alone. They do not forbid it: its readers are told.
func untold(d Drafted) []stat.Issue {
	var out []stat.Issue
	for _, l := range lang.Languages[1:] {
		for _, a := range d.Answers {
			if _, ok := a.Text[l.Code()]; !ok {
				out = append(out, stat.Issue{
					File: a.Indicator, Code: "untold", Severity: stat.SeverityWarning,
					Problem: fmt.Sprintf("The indicator has no words in %s, so the whole release is shown in English there.", l.Name()),
					Fix:     fmt.Sprintf("Write data/indicators/%s.%s.yaml.", a.Indicator, l.Code()),
				})
			}
		}
		missing := 0
		for _, text := range d.Definitions.Texts() {
			if d.Definitions.Text[l.Code()][text] == "" {
				missing++
			}
		}
		if missing > 0 {
			out = append(out, stat.Issue{
				Code: "untold", Severity: stat.SeverityWarning,
				Problem: fmt.Sprintf("%d texts of the definitions are not translated into %s and stay English.", missing, l.Name()),
				Fix:     "The check command lists them.",
			})
		}
	}
	return out
}

func unbalanced(batches []stat.Batch) []stat.Issue {
	var out []stat.Issue
	for _, b := range batches {
		if !b.Balanced() {
			out = append(out, ofExport(b, refuse("balance", fmt.Sprintf(
				"Batch %s (%s): %d rows are not %d accepted + %d quarantined + %d duplicates + %d set aside.",
				b.ID, b.File, b.Rows, b.Accepted, b.Quarantined, b.Duplicates, b.SetAside),
				"The warehouse is damaged: restore it from a backup, or ingest the export into a new state folder.")))
		}
	}
	return out
}

func quarantined(d Drafted) []stat.Issue {
	var out []stat.Issue
	for _, b := range d.Manifest.Batches {
		ds, ok := d.Definitions.Dataset(b.Dataset)
		if !ok || b.Rows == 0 {
			continue
		}
		if share := float64(b.Quarantined) / float64(b.Rows); share > ds.Accept.QuarantineAtMost {
			out = append(out, ofExport(b, refuse("quarantine", fmt.Sprintf(
				"Batch %s (%s) has %d of %d rows in quarantine; the data set %s accepts %s percent.",
				b.ID, b.File, b.Quarantined, b.Rows, ds.ID, stat.FormatNumber(ds.Accept.QuarantineAtMost*100, 1)),
				"Have the rows mended and sent again, or raise accept.quarantine_at_most and say why.")))
		}
	}
	return out
}

func unexplained(d Drafted) []stat.Issue {
	var out []stat.Issue
	for _, o := range d.Observations {
		if !slices.Contains(stat.Statuses, o.Status) {
			out = append(out, ofFigure(o.Key(), refuse("status", fmt.Sprintf("%s has the status %q, which is none.", o.Key(), o.Status),
				"Give the record one of the statuses in data/README.md.")))
		}
		if o.Status == stat.StatusReported && len(o.Citations) == 0 {
			out = append(out, ofFigure(o.Key(), refuse("source", o.Key()+" has a value and no source.",
				"Name the data set's citation fields, and fill them in the export.")))
		}
		if i := slices.IndexFunc(o.Citations, func(c stat.Citation) bool { return c.Confidence == "" }); i >= 0 {
			out = append(out, ofFigure(o.Key(), refuse("ungraded", fmt.Sprintf("%s cites %q without a grade of confidence.", o.Key(), o.Citations[i].Title),
				"Say in the export's confidence column how surely the source says this: high, medium or low.")))
		}
	}
	return out
}

// missing finds the years inside the span of a yearly series for which there is no observation at all.
func missing(d Drafted) []stat.Issue {
	var out []stat.Issue
	for _, ind := range d.Definitions.Indicators {
		for _, p := range ind.Panels {
			if p.Form != stat.FormColumns && p.Form != stat.FormLine {
				continue
			}
			for _, s := range p.Series {
				first, last, years := 0, 0, map[int]bool{}
				for _, o := range d.Observations {
					if o.Indicator != ind.ID || o.Panel != p.ID || o.Series != s.ID || len(o.Codes) > 0 {
						continue
					}
					y := o.Period.To.Year
					years[y] = true
					if first == 0 || y < first {
						first = y
					}
					last = max(last, y)
				}
				for y := first; y < last; y++ {
					if !years[y] {
						out = append(out, ofFigure(ind.ID+"/"+p.ID+"/"+s.ID, refuse("missing-year", fmt.Sprintf("%s/%s/%s has nothing for %d.", ind.ID, p.ID, s.ID, y),
							"Add a row for that year with an empty count and the status that says why.")))
					}
				}
			}
		}
	}
	return out
}

func bare(d Drafted) []stat.Issue {
	var out []stat.Issue
	for _, o := range d.Observations {
		if (o.Kind == stat.KindRatio || o.Kind == stat.KindRate) && o.Status == stat.StatusReported &&
			(o.Interval == nil || o.To == 0) {
			out = append(out, ofFigure(o.Key(), refuse("bare-ratio", o.Key()+" has no interval or no counts.", "This is a fault of the program.")))
		}
	}
	return out
}

func unspoken(d Drafted) []stat.Issue {
	var out []stat.Issue
	for _, a := range d.Answers {
		if a.Alt == "" || len(a.Sentences) == 0 {
			out = append(out, ofFigure(a.Indicator, refuse("alternative", a.Indicator+" has no sentence or no text alternative.",
				"Write answer, sentence and alt in its definition.")))
		}
	}
	return out
}

// vanished finds what was published and is not in the draft, and neither a statement nor its sender withdrew it. That
// a definition changed is no reason for a figure to go: whoever quoted it must find a notice.
func vanished(d Drafted) []stat.Issue {
	var out []stat.Issue
	for _, c := range d.Difference.Figures {
		if c.Kind == stat.ChangeGone && c.Reason != stat.ReasonWithdrawn {
			out = append(out, ofFigure(c.Key, refuse("vanished", fmt.Sprintf("%s was published as %s and is gone.", c.Key, c.Old),
				"Restore it, or withdraw it with a statement that says why.")))
		}
	}
	return out
}

// unreasoned finds figures that differ from the release before and nothing says why.
func unreasoned(d Drafted) []stat.Issue {
	var out []stat.Issue
	for _, c := range d.Difference.Unexplained() {
		if c.Kind == stat.ChangeValue {
			out = append(out, ofFigure(c.Key, refuse("reason", fmt.Sprintf("%s was %s and would be %s.", c.Key, c.Old, c.New),
				"Say why in a statement: better data is a revision, an error repaired is a correction.")))
		}
	}
	return out
}

// unannounced finds figures that differ because a definition changed, which no statement announces.
func unannounced(d Drafted) []stat.Issue {
	var out []stat.Issue
	for _, c := range d.Difference.Unannounced() {
		if c.New == nil {
			continue // it vanished
		}
		out = append(out, ofFigure(c.Key, refuse("definition", fmt.Sprintf("%s was %s and would be %s, because a definition changed.", c.Key, c.Old, c.New),
			"Announce it: a statement of the kind announcement that names the indicator or the data set.")))
	}
	return out
}

// mute finds statements that do not say what they must.
func mute(d Drafted) []stat.Issue {
	var out []stat.Issue
	for _, s := range d.Manifest.Statements {
		for _, sentence := range s.Check() {
			out = append(out, refuse("statement", sentence, "Complete the statement."))
		}
	}
	return out
}
