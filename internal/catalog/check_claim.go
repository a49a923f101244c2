package catalog

import (
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// checkClaim checks a public statement: it has a source, and either assertions over figures that exist or a reason
// why nothing can check it.
func (l *loader) checkClaim(claim stat.Claim) {
	d := definition{l, "claims/" + claim.ID + ".yaml"}
	d.need("$.title", claim.Title, "Put the claim in a few plain words.")
	d.need("$.quote", claim.Quote, "Quote the source.")
	d.need("$.speaker", claim.Speaker, "Name the office of the speaker, not the person.")
	d.need("$.work", claim.Work, "Name the work in which it was read.")
	d.need("$.publisher", claim.Publisher, "Name its publisher.")
	d.need("$.about", claim.About, "Say what a reader should know of it.")
	if claim.Said.IsZero() {
		d.wrong("$.said", "", "key-missing", "The key \"said\" is missing.",
			"Write the day on which it was said, like 2016-03-31.")
	}
	if claim.Precision != "" {
		d.word("$.precision", claim.Precision, precisions)
	}
	if !isAddress(claim.Address) {
		d.wrong("$.address", claim.Address, "address-wrong", "A claim needs the public address of its source.",
			"Write one that begins with https:// or http://.")
	}
	if (len(claim.Holds) == 0) == (strings.TrimSpace(claim.Unchecked) == "") {
		d.wrong("$.holds", "", "claim-undecided",
			"A claim has either assertions under holds, or a reason under unchecked.",
			"Say which figures it is about, or why none of this site can check it.")
	}
	for i, id := range claim.Indicators {
		if _, ok := l.defs.Indicator(id); !ok && !l.unreadable("indicators/"+id+".yaml") {
			d.wrong(fmt.Sprintf("$.indicators[%d]", i), id, "indicator-unknown",
				fmt.Sprintf("There is no indicator %q.", id),
				"Correct the name.")
		}
	}
	for i, a := range claim.Holds {
		d.assertion(fmt.Sprintf("$.holds[%d]", i), a)
	}
}

// assertion checks one comparison of a claim.
func (d definition) assertion(at string, a stat.Assertion) {
	d.word(at+".is", string(a.Is), words(stat.Bounds))
	d.need(at+".period", a.Period,
		"Name the period as in the address of a figure: 2015, 2005-2014, 2006-07-01..2016-03-31.")
	if a.Within < 0 || a.Is == stat.BoundAbout && a.Within == 0 {
		d.wrong(at+".within", fmt.Sprint(a.Within), "tolerance-wrong", "About needs a tolerance above zero.",
			"Write within: 5.")
	}
	d.figure(at+".figure", a.Figure)
	d.why(at, a.Unlike, a.Why, "how the words of the claim differ from what the figure counts")
}

// figure checks that INDICATOR/PANEL/SERIES names a series, or the ratio or rate, of a panel that exists.
func (d definition) figure(at, name string) {
	parts := strings.Split(name, "/")
	if len(parts) == 3 {
		if d.l.unreadable("indicators/" + parts[0] + ".yaml") {
			return
		}
		ind, _ := d.l.defs.Indicator(parts[0])
		for _, p := range ind.Panels {
			series := slices.ContainsFunc(p.Series, func(s stat.Series) bool { return s.ID == parts[2] })
			if p.ID == parts[1] && (series || parts[2] == "ratio" && p.Ratio != nil || parts[2] == "rate" && p.Rate != nil) {
				return
			}
		}
	}
	d.wrong(at, name, "figure-unknown", fmt.Sprintf("There is no figure %q.", name),
		"Write INDICATOR/PANEL/SERIES; a panel's ratio or rate is the series ratio or rate.")
}

// checkReconciliation checks figures that are set beside each other: they exist, and each says what makes it
// different.
func (l *loader) checkReconciliation(r stat.Reconciliation) {
	d := definition{l, "reconciliations/" + r.ID + ".yaml"}
	d.need("$.title", r.Title, "Name the disagreement in a few words.")
	d.need("$.question", r.Question, "Write the question that each figure seems to answer.")
	d.need("$.about", r.About, "Say in two or three sentences what is set beside each other.")
	d.need("$.reason", r.Reason, "Say why they differ, or that the reason is not known.")
	if len(r.Figures) < 2 {
		d.wrong("$.figures", "", "figures-missing", "A reconciliation needs at least two figures.", "Add another.")
	}
	for i, f := range r.Figures {
		at := fmt.Sprintf("$.figures[%d]", i)
		d.figure(at+".figure", f.Figure)
		d.need(at+".period", f.Period, "Name the period as in the address of a figure: 2019, 2018-10-01..2019-09-30.")
		d.need(at+".label", f.Label, "Say in a few words what it counts.")
		d.need(at+".why", f.Why, "Say what makes it different.")
	}
}
