package chart

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tallystick/internal/stat"
)

// definitions are the code lists and statutes that the samples refer to.
func definitions() stat.Definitions {
	units := stat.Codelist{ID: "counting-units"}
	for _, code := range []string{"arrest", "as-reported", "child", "conviction", "defendant", "offence", "report"} {
		units.Codes = append(units.Codes, stat.Code{Code: code, Label: labels("", code)})
	}
	sexes := stat.Codelist{ID: "sex", Codes: []stat.Code{{Code: "men", Label: "men"}, {Code: "women", Label: "women"}}}
	return stat.Definitions{
		Codelists: []stat.Codelist{units, sexes},
		Datasets:  []stat.Dataset{{ID: "ucr", Fields: []stat.Field{{Name: "sex", Codelist: "sex"}}}},
		Statutes: []stat.Statute{{ID: "53a-82", Versions: []stat.StatuteVersion{
			{From: stat.Date{Year: 2013, Month: time.October, Day: 1}, Act: "PA 13-166", Change: "Section split.",
				Breaks: true}}}},
	}
}

// text writes a table as lines, for comparison.
func text(t Table) string {
	var b strings.Builder
	b.WriteString(t.ID + ": " + t.Caption + "\n")
	for _, g := range t.Groups {
		b.WriteString("= " + g.Title + " | " + g.Sub + "\n")
		for _, r := range g.Rows {
			var cells []string
			for _, c := range r.Cells {
				cell := c.Text
				if c.Sub != "" {
					cell += " (" + c.Sub + ")"
				}
				cells = append(cells, cell)
			}
			b.WriteString(string(r.Kind) + ": " + strings.Join(cells, " | ") + "\n")
		}
	}
	for _, s := range t.Symbols {
		b.WriteString(s.Symbol + " " + s.Meaning + "\n")
	}
	return b.String()
}

func TestTableSaysBetweenWhatAFigureLiesThatTheSourceDoesNotGive(t *testing.T) {
	ind, _, _ := prostitutionArrests()
	o := count("arrests", "all", year(2015), 0, "arrest", "State Police, UCR")
	o.Status, o.Interval = stat.StatusWithheld, &stat.Interval{Lower: 0, Upper: 10, Level: 1, Method: stat.MethodStated}
	row := NewTable(ind, []stat.Observation{o}, definitions())[0].Groups[0].Rows[0]
	if row.Cells[1].Text != "[c]" || row.Cells[2].Text != "the source says 0 to 10" {
		t.Errorf("value %q, limits %q; want [c] and \"the source says 0 to 10\"", row.Cells[1].Text, row.Cells[2].Text)
	}
}

func TestNewTable(t *testing.T) {
	ind, obs, _ := prostitutionArrests()
	ind.Panels[0].Series[0].Dataset = "ucr"
	ind.Panels[0].Breakdowns = []stat.Breakdown{{ID: "by-sex", Title: "By sex", By: "sex"}}
	women := count("arrests", "all", year(2014), 250, "arrest", "State Police, UCR")
	women.Codes = []stat.DimensionCode{{Dimension: "sex", Code: "women"}}
	men := women
	men.Codes, men.Status, men.Value = []stat.DimensionCode{{Dimension: "sex", Code: "men"}}, stat.StatusWithheld, 0
	missing := count("arrests", "all", year(2016), 0, "arrest", "State Police, UCR")
	missing.Status = stat.StatusNotReported
	tables := NewTable(ind, append(obs, women, men, missing), definitions())
	if len(tables) != 2 {
		t.Fatalf("%d tables, want the totals and one breakdown", len(tables))
	}
	want := `prostitution-arrests: Arrests for prostitution offences, Connecticut
= Arrests for prostitution and related offences | arrests · calendar years
value: 2010 | 438 | 398 to 481 | reported | arrests | State Police, UCR
value: 2011 | 379 | 342 to 419 | reported | arrests | State Police, UCR
value: 2012 | 380 | 343 to 420 | reported | arrests | State Police, UCR
break: 1 October 2013 | Section split. (PA 13-166)
value: 2013 | 343 | 308 to 381 | reported, [b] | arrests | State Police, UCR
value: 2014 | 348 | 312 to 387 | reported, some parts are missing | arrests | State Police, UCR
value: 2015 | 267 | 236 to 301 | reported, some parts are missing | arrests | State Police, UCR
value: 2016 | [x] |  | not reported | arrests | State Police, UCR
[x] not reported
[b] the law or the rules of the count changed inside the period
`
	if diff := cmp.Diff(want, text(tables[0])); diff != "" {
		t.Errorf("table of totals (-want +got):\n%s", diff)
	}
	want = `prostitution-arrests-by-sex: By sex
= men | arrests · calendar years
value: 2014 | [c] |  | withheld to protect people | arrests | State Police, UCR
= women | arrests · calendar years
value: 2014 | 250 |  | reported | arrests | State Police, UCR
[c] withheld to protect people
`
	if diff := cmp.Diff(want, text(tables[1])); diff != "" {
		t.Errorf("table of the breakdown (-want +got):\n%s", diff)
	}
	for _, g := range tables[0].Groups {
		for _, r := range g.Rows {
			if r.Kind == RowValue && len(r.Cells) != len(tables[0].Columns) {
				t.Errorf("row %s has %d cells under %d columns", r.Key, len(r.Cells), len(tables[0].Columns))
			}
		}
	}
}

func TestTableOfAPairHasBothCountsAndTheRatio(t *testing.T) {
	ind, obs, _ := sellersAndBuyers()
	ind.Panels = ind.Panels[:1]
	got := text(NewTable(ind, obs, definitions())[0])
	want := `sellers-and-buyers: People arrested, prosecuted and convicted for selling and for buying sex, Connecticut
= Arrested | arrests · calendar years
value: 2005–2014 (selling sex) | 3,557 |  | reported | arrests | Judicial Branch
value: 2005–2014 (buying sex) | 1,378 |  | reported | arrests | Judicial Branch
ratio: 2005–2014 (sellers for each buyer) | 2.6 | 2.4 to 2.8 | reported | ratio | 
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}
