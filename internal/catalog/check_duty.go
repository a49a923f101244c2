package catalog

import (
	"fmt"
	"time"

	"tallystick/internal/stat"
)

// checkDuty checks a duty to report: its versions follow each other, its reporters are listed, its items numbered.
func (l *loader) checkDuty(duty stat.Duty) {
	d := definition{l, "duties/" + duty.ID + ".yaml"}
	d.need("$.citation", duty.Citation, "Write the section as the law is cited.")
	d.need("$.title", duty.Title, "Say in plain words who reports what.")
	d.need("$.about", duty.About, "Say what the duty asks for, and what is known of the replies.")
	if len(duty.Versions) == 0 {
		d.wrong("$.versions", "", "versions-missing", "A duty needs at least one version.",
			"Say who owes what to whom, since when.")
	}
	var spans []span
	for i, v := range duty.Versions {
		at := fmt.Sprintf("$.versions[%d]", i)
		if v.From.IsZero() {
			d.wrong(at+".from", "", "key-missing", "The key \"from\" is missing.",
				"Write since when it is owed, like 2017-10-01.")
		}
		if v.Precision != "" {
			d.word(at+".precision", v.Precision, precisions)
		}
		d.need(at+".owes", v.Owes, "Say in words who owes it.")
		d.need(at+".recipient", v.Recipient, "Say to whom.")
		d.need(at+".act", v.Act, "Name the act that made it.")
		d.word(at+".confidence", v.Confidence, confidences)
		d.sources(at, v.Sources)
		d.due(at, v)
		for k, item := range v.Items {
			where := fmt.Sprintf("%s.items[%d]", at, k)
			d.need(where+".text", item.Text, "Say what is asked.")
			if item.Number != k+1 {
				d.wrong(where+".number", fmt.Sprint(item.Number), "number-wrong",
					"The items are not numbered 1, 2, 3 in order.",
					fmt.Sprintf("Write number: %d.", k+1))
			}
		}
		spans = append(spans, span{v.From, v.To})
	}
	d.follow(spans)
}

// due checks that a duty with a yearly day has a day that exists in every year, a span that it covers, and reporters.
func (d definition) due(at string, v stat.DutyVersion) {
	_, listed := d.l.defs.Codelist(v.Codelist)
	if v.Codelist != "" && !listed && !d.l.unreadable("codelists/"+v.Codelist+".csv") {
		d.wrong(at+".codelist", v.Codelist, "codelist-unknown", fmt.Sprintf("There is no code list %q.", v.Codelist),
			"Name a list of codelists/.")
	}
	if v.DueMonth == 0 && v.DueDay == 0 {
		return
	}
	day := stat.DateOf(time.Date(2015, time.Month(v.DueMonth), v.DueDay, 0, 0, 0, 0, time.UTC))
	if v.DueMonth < 1 || v.DueMonth > 12 || day.Day != v.DueDay {
		d.wrong(at+".due_day", fmt.Sprint(v.DueDay), "date-wrong",
			"The day on which it is due does not exist in every year.",
			"Write due_month from 1 to 12 and a day of that month.")
	}
	if v.Months < 1 {
		d.wrong(at+".months", fmt.Sprint(v.Months), "number-wrong", "A yearly report covers at least a month.",
			"Write months: 12.")
	}
	if v.Codelist == "" {
		d.wrong(at+".codelist", "", "codelist-unknown", "A duty with a yearly day needs a list of those who owe it.",
			"Name a list of codelists/.")
	}
}
