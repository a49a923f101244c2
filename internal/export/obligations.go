package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"tallystick/internal/stat"
)

// WriteObligations writes what the reporters of a duty owe and how it stands as CSV: one row for each reporter and
// due day, with CRLF and UTF-8 without a byte order mark. Missing holds the numbers of the items that are not
// answered, parted by blanks.
func WriteObligations(w io.Writer, d stat.Duty, defs stat.Definitions, list []stat.Obligation, release string) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	rows := [][]string{{
		"duty", "citation", "reporter", "reporter_label", "due", "period_from", "period_to", "state", "received", "days_overdue",
		"missing", "release",
	}}
	for _, o := range list {
		label := o.Reporter
		if v, ok := d.Version(o.Due); ok {
			if l, ok := defs.Codelist(v.Codelist); ok {
				label = l.Label(o.Reporter)
			}
		}
		var missing []string
		if o.State == stat.ObligationPartial {
			for _, n := range o.Missing {
				missing = append(missing, strconv.Itoa(n))
			}
		}
		overdue := ""
		if o.State == stat.ObligationPartial || o.State == stat.ObligationNotReceived {
			overdue = strconv.Itoa(o.DaysOverdue)
		}
		rows = append(rows, []string{
			o.Duty, d.Citation, o.Reporter, label, o.Due.String(), o.Period.From.String(), o.Period.To.String(), string(o.State),
			o.Received.String(), overdue, strings.Join(missing, " "), release,
		})
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("obligations of %s: %w", d.ID, err)
	}
	return nil
}
