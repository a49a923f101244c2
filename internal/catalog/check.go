package catalog

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// The closed vocabularies of words that are not code lists, since the program acts on them.
var (
	confidences = []string{"high", "medium", "low"}
	precisions  = []string{"day", "month", "year"}
	eventKinds  = []string{"act", "ruling", "operation", "duty", "publication"}
	roles       = []string{"seller", "buyer", "promoter", "premises", "trafficker", "other"}
)

// requiredLists are the code lists that the program or the pages need by name.
var requiredLists = []string{
	"agencies", "bounds", "clocks", "confidence", "counties", "counting-units", "planning-region-towns",
	"planning-regions", "stages", "statuses", "topics", "towns",
}

// parentLists says in which list the parents of a list's codes are found; any other list finds them in itself.
var parentLists = map[string]string{
	"agencies": "towns", "police-chiefs": "towns", "villages": "towns", "towns": "counties",
	"planning-region-towns": "planning-regions",
}

// check compares every definition with all others.
func (l *loader) check() {
	l.checkSite()
	l.checkCodelists()
	for _, s := range l.defs.Sources {
		l.checkSource(s)
	}
	for _, d := range l.defs.Datasets {
		l.checkDataset(d)
	}
	l.checkFeeds()
	for _, s := range l.defs.Statutes {
		l.checkStatute(s)
	}
	l.checkIndicators()
	for _, d := range l.defs.Duties {
		l.checkDuty(d)
	}
	for _, c := range l.defs.Claims {
		l.checkClaim(c)
	}
	for _, r := range l.defs.Reconciliations {
		l.checkReconciliation(r)
	}
	l.checkFormerly()
}

// checkFormerly holds that a former identifier is nobody's own any more and that one definition alone claims it.
func (l *loader) checkFormerly() {
	check := func(folder, id string, formerly []string, defined func(string) bool, claimed map[string]string) {
		d := definition{l, folder + "/" + id + ".yaml"}
		for i, old := range formerly {
			where := fmt.Sprintf("$.formerly[%d]", i)
			if defined(old) {
				d.wrong(where, old, "formerly-defined", fmt.Sprintf("%s/%s.yaml is still there, so it is not this one's former name.",
					folder, old), "Remove the name, or the other definition.")
			}
			if other, taken := claimed[old]; taken || old == "" {
				d.wrong(where, old, "formerly-taken", fmt.Sprintf("%q is empty or claimed twice (%s).", old, other),
					"Write each former identifier in one definition, once.")
			}
			claimed[old] = folder + "/" + id + ".yaml"
		}
	}
	datasets, indicators := map[string]string{}, map[string]string{}
	for _, ds := range l.defs.Datasets {
		check("datasets", ds.ID, ds.Formerly, func(old string) bool { _, ok := l.defs.Dataset(old); return ok }, datasets)
	}
	for _, ind := range l.defs.Indicators {
		check("indicators", ind.ID, ind.Formerly, func(old string) bool { _, ok := l.defs.Indicator(old); return ok }, indicators)
	}
}

// definition adds issues about one YAML file.
type definition struct {
	l    *loader
	file string
}

// wrong adds an issue at a path of the file.
func (d definition) wrong(where, value, code, problem, fix string) {
	d.l.at(d.file, where, stat.Issue{Value: value, Code: code, Problem: problem, Fix: fix})
}

// need adds an issue if a text that must not be empty is.
func (d definition) need(where, value, why string) {
	if strings.TrimSpace(value) == "" {
		key := where[strings.LastIndex(where, ".")+1:]
		d.wrong(where, "", "key-missing", fmt.Sprintf("The key %q is missing or empty.", key), why)
	}
}

// why holds that unlike: true has its reason under why, and that there is no reason without unlike: true.
func (d definition) why(at string, unlike bool, why, what string) {
	switch {
	case unlike && strings.TrimSpace(why) == "":
		d.unsaid(at, what)
	case !unlike && why != "":
		d.wrong(at+".why", why, "unlike-unsaid", "A reason stands under why, and nothing says that unlike things are set "+
			"against each other.", "Write unlike: true, or remove the key why.")
	}
}

// unsaid is the issue of unlike: true without a reason.
func (d definition) unsaid(at, what string) {
	d.wrong(at+".unlike", "true", "why-missing", "The key unlike is true, and the key \"why\" is missing.",
		"Say under why, in a sentence, "+what+".")
}

// word adds an issue if a value is none of the allowed words.
func (d definition) word(where, value string, allowed []string) {
	if !slices.Contains(allowed, value) {
		d.wrong(where, value, "word-unknown", fmt.Sprintf("%q is not a word that can stand here.", value),
			"Use one of: "+strings.Join(allowed, ", ")+".")
	}
}

// code adds an issue if a code list does not have the code.
func (d definition) code(where, list, code string) {
	codes, ok := d.l.defs.Codelist(list)
	if !ok || codes.Has(code) {
		return
	}
	d.wrong(where, code, "code-unknown", fmt.Sprintf("The code list %s has no code %q.", list, code),
		"Add it to codelists/"+list+".csv, or correct it.")
}

func (l *loader) checkSite() {
	if doc := l.documents["site.yaml"]; doc == nil || !doc.decoded {
		return
	}
	d, s := definition{l, "site.yaml"}, l.defs.Site
	d.need("$.name", s.Name, "Give the site a name.")
	d.need("$.place", s.Place, "Name the place that the figures are about.")
	d.need("$.title", s.Title, "Say in one line what the site is.")
	d.need("$.publisher", s.Publisher, "Say who answers for the site.")
	d.need("$.contact", s.Contact, "Say how to reach the publisher.")
	d.need("$.about", s.About, "Say in two or three sentences what the site does.")
	d.need("$.licence", s.Licence, "Say under what terms the figures may be used.")
}

func (l *loader) checkCodelists() {
	for _, id := range requiredLists {
		if _, ok := l.defs.Codelist(id); !ok && !l.unreadable("codelists/"+id+".csv") {
			l.add(stat.Issue{
				File: "codelists/" + id + ".csv", Code: "codelist-missing", Problem: "This code list is required and missing.",
				Fix: "Add it with the columns " + strings.Join(codeColumns, ", ") + ".",
			})
		}
	}
	for _, list := range l.defs.Codelists {
		parents := list
		if name, ok := parentLists[list.ID]; ok {
			if parents, ok = l.defs.Codelist(name); !ok {
				continue
			}
		}
		for i, c := range list.Codes {
			if c.Parent != "" && !parents.Has(c.Parent) {
				l.add(stat.Issue{
					File: "codelists/" + list.ID + ".csv", Line: l.codeLines[list.ID][i], Column: "parent", Value: c.Parent,
					Code:    "parent-unknown",
					Problem: fmt.Sprintf("The parent %q is not a code of %s.", c.Parent, parents.ID),
					Fix:     "Add it to codelists/" + parents.ID + ".csv, or correct it.",
				})
			}
		}
	}
}

func (l *loader) checkSource(s stat.Source) {
	d := definition{l, "sources/" + s.ID + ".yaml"}
	d.need("$.title", s.Title, "Name the publication or the series.")
	d.need("$.publisher", s.Publisher, "Name the body that publishes it.")
	d.need("$.licence", s.Licence, "Say in words under what terms its figures may be used.")
	d.need("$.about", s.About, "Say in two or three sentences what the source is and how it counts.")
	if !isAddress(s.Address) {
		d.wrong("$.address", s.Address, "address-wrong", "A source needs a public address.",
			"Write one that begins with https:// or http://.")
	}
}

func (l *loader) checkStatute(s stat.Statute) {
	d := definition{l, "statutes/" + s.ID + ".yaml"}
	d.need("$.citation", s.Citation, "Write the section as the law is cited: CGS 53a-82.")
	d.need("$.title", s.Title, "Write the name of the offence.")
	d.need("$.plain", s.Plain, "Say in plain words what the section forbids.")
	d.word("$.role", s.Role, roles)
	for i, code := range s.NIBRS {
		d.code(fmt.Sprintf("$.nibrs[%d]", i), "nibrs", code)
	}
	if len(s.Versions) == 0 {
		d.wrong("$.versions", "", "versions-missing", "A statute needs at least one version.",
			"Add what the section says, with its class, sources and confidence.")
	}
	var spans []span
	for i, v := range s.Versions {
		at := fmt.Sprintf("$.versions[%d]", i)
		d.sources(at, v.Sources)
		d.need(at+".label", v.Label, "Write what the section was called in that time.")
		d.need(at+".class", v.Class, "Write the class of the offence.")
		d.word(at+".confidence", v.Confidence, confidences)
		if v.Precision != "" {
			d.word(at+".precision", v.Precision, precisions)
		}
		if v.Breaks && (v.From.IsZero() || v.Act == "" || v.Change == "") {
			d.wrong(at+".breaks", "true", "break-unexplained",
				"A version that breaks the series needs from, act and change.",
				"Say from which day, by which act, and in a sentence what changed.")
		}
		if i > 0 && !v.Breaks && strings.TrimSpace(v.Compares) == "" {
			if changed := v.Changes(s.Versions[i-1]); len(changed) > 0 {
				d.wrong(at+".breaks", "false", "break-missing",
					"The law changed ("+strings.Join(changed, ", ")+"), and nothing says that counts before and after do not compare.",
					"Write breaks: true, or say under compares why they compare all the same.")
			}
		}
		spans = append(spans, span{v.From, v.To})
	}
	d.follow(spans)
}

// rules checks the days from which records are counted in another way: each says what was and what is, where that was
// read, and they follow each other.
func (d definition) rules(changes []stat.RuleChange) {
	for i, c := range changes {
		at := fmt.Sprintf("$.rule_changes[%d]", i)
		d.need(at+".change", c.Change, "Say in a short sentence what changed.")
		d.need(at+".before", c.Before, "Say how it was counted until then.")
		d.need(at+".after", c.After, "Say how it is counted since.")
		d.word(at+".confidence", c.Confidence, confidences)
		if c.Precision != "" {
			d.word(at+".precision", c.Precision, precisions)
		}
		if c.Before != "" && strings.TrimSpace(c.Before) == strings.TrimSpace(c.After) {
			d.wrong(at+".after", c.After, "rule-unchanged", "The rule is the same before and after.", "Say what changed, or remove the entry.")
		}
		if !isAddress(c.Source) {
			d.wrong(at+".source", c.Source, "address-wrong", "A change of a rule needs the public address where it was read.",
				"Write one that begins with https:// or http://.")
		}
		switch {
		case c.From.IsZero():
			d.wrong(at+".from", "", "key-missing", "The key \"from\" is missing.",
				"Write the first day of the new rule, and under precision how exactly it is known. Never guess it.")
		case i > 0 && c.From.Compare(changes[i-1].From) < 0:
			d.wrong(at+".from", c.From.String(), "dates-unordered", "The change before is later.", "List the oldest first.")
		}
	}
}

// sources checks the addresses of a version.
func (d definition) sources(at string, addresses []string) {
	if len(addresses) == 0 {
		d.wrong(at+".sources", "", "sources-missing", "A version needs the address of at least one source.",
			"Add where it was read.")
	}
	for k, address := range addresses {
		if !isAddress(address) {
			d.wrong(fmt.Sprintf("%s.sources[%d]", at, k), address, "address-wrong", "This is not a public address.",
				"Write one that begins with https:// or http://.")
		}
	}
}

// span is the first and the last day in force of a version.
type span struct{ from, to stat.Date }

// follow holds that each version follows the one before without a gap or an overlap.
func (d definition) follow(versions []span) {
	for i, v := range versions {
		at := fmt.Sprintf("$.versions[%d]", i)
		if !v.to.IsZero() && !v.from.IsZero() && v.to.Compare(v.from) < 0 {
			d.wrong(at+".to", v.to.String(), "dates-reversed", "The version ends before it begins.",
				"Swap or correct the dates.")
		}
		if i == 0 {
			continue
		}
		before := versions[i-1]
		switch {
		case v.from.IsZero():
			d.wrong(at+".from", "", "dates-unordered", "Only the first version may have no first day.",
				"Add the day from which it is in force.")
		case before.to.IsZero():
			d.wrong(fmt.Sprintf("$.versions[%d].to", i-1), "", "dates-unordered",
				"Another version follows, so this one needs a last day.", "Write to: "+v.from.AddDays(-1).String()+".")
		case before.to.AddDays(1) != v.from:
			d.wrong(at+".from", v.from.String(), "dates-unordered",
				fmt.Sprintf("The version before ends on %s, so this one cannot begin on %s.", before.to, v.from),
				"Let each version begin on the day after the one before, in the order of their dates.")
		}
	}
}

// identifier reports whether the text is lower-case letters, digits and hyphens, with a letter or digit at each end.
func identifier(s string) bool {
	if s == "" || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-')
	})
}

// isAddress reports whether the text is an absolute web address.
func isAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}
