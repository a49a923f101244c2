package catalog

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// The pitfalls of trafficking statistics that definitions are kept from. Each test is named by the number and the name
// of the pitfall in internal/README.md; those of judgement and of words stand in stat and report.

// refused changes the smallest folder of definitions and fails unless Load then gives an issue with the code.
func refused(t *testing.T, code, changes string) {
	t.Helper()
	files, _ := world(t, parse(t, "testdata/base.txtar"), txtar.Parse([]byte(changes)))
	_, issues := Load(files)
	for _, i := range issues {
		if i.Code == code {
			return
		}
	}
	t.Errorf("Load gives %v, want an issue %s", issues, code)
}

// caseFields are the fields of a data set of cases by section.
const caseFields = `period: {from: from, to: to}
value: count
key: [from, to, section, unit]
duplicates: refuse
fields:
  - {name: from, type: date}
  - {name: to, type: date, required: true}
  - {name: section, type: code, codelist: sections}
  - {name: unit, type: code, codelist: counting-units}
  - {name: count, type: integer, minimum: 0}
accept: {quarantine_at_most: 0.01}
`

func TestPitfall01UnlikeUnitsDoNotShareAPanel(t *testing.T) {
	refused(t, "unit-unlike", `-- edit indicators/sellers.yaml --
-         where: {unit: [case], section: [53a-83]}
+         where: {unit: [person], section: [53a-83]}
`)
	refused(t, "unit-unpinned", `-- edit indicators/sellers.yaml --
-         where: {unit: [case], section: [53a-83]}
+         where: {section: [53a-83]}
`)
}

// TestPitfall01NoWayRoundTheUnit mixes units and clocks in every other place that names records.
func TestPitfall01NoWayRoundTheUnit(t *testing.T) {
	refused(t, "unit-unlike", `-- edit indicators/sellers.yaml --
-         where: {unit: [case], section: [53a-83]}
+         where: {unit: [case], section: [53a-83]}
+         otherwise: {unit: [person], section: [53a-83]}
`)
	refused(t, "unit-unpinned", `-- edit indicators/sellers.yaml --
-         where: {unit: [case], section: [53a-83]}
+         where: {unit: [case], section: [53a-83]}
+         otherwise: {section: [53a-83]}
`)
	refused(t, "unit-unlike", `-- edit indicators/sellers.yaml --
-         where: {unit: [case], section: [53a-83]}
+         where: {unit: [case], section: [53a-83]}
+         expected: {dimension: section, where: {unit: [person]}, noun: {one: court, many: courts}}
`)
	for _, place := range []string{"where", "otherwise"} {
		refused(t, "unit-unlike", `-- edit indicators/sellers.yaml --
-     ratio: {of: selling, to: buying, label: sellers for each buyer, decimals: 1}
+     ratio: {of: selling, to: buying, label: sellers for each buyer, decimals: 1}
+     breakdowns:
+       - {id: section, title: By section, by: section, `+place+`: {unit: [person], section: [53a-82, 53a-83]}}
`)
	}
	refused(t, "event-unlike", `-- edit indicators/sellers.yaml --
-         where: {unit: [case], section: [53a-83]}
+         where: {unit: [case], section: [53a-83]}
-         dataset: cases
-         measure: {sum: count}
-         where: {unit: [case], section: [53a-82]}
+         dataset: filings
+         measure: {sum: count}
+         where: {unit: [case], section: [53a-82]}
-- add datasets/filings.yaml --
id: filings
title: Cases by section
source: court
about: Cases of the court.
protection: open
unit_field: unit
stage: convicted
clock: calendar
event: filing
rule: A case counts once.
geography: The court.
`+caseFields)
	refused(t, "unlike-unneeded", `-- edit indicators/sellers.yaml --
-     form: pair
+     form: pair
+     unlike: true
+     why: They count different things.
`)
}

func TestPitfall02StagesDoNotShareAPanel(t *testing.T) {
	refused(t, "stage-unlike", `-- edit datasets/cases.yaml --
- stage: convicted
+ stage_field: stage
-   - {name: status, type: code, codelist: statuses}
+   - {name: status, type: code, codelist: statuses}
+   - {name: stage, type: code, codelist: stages}
-- edit indicators/sellers.yaml --
-         where: {unit: [case], section: [53a-82]}
+         where: {unit: [case], section: [53a-82], stage: [arrested]}
-         where: {unit: [case], section: [53a-83]}
+         where: {unit: [case], section: [53a-83], stage: [convicted]}
`)
}

func TestPitfall03ADataSetSaysHowMultiplesAreCounted(t *testing.T) {
	refused(t, "key-missing", `-- edit datasets/cases.yaml --
- rule: A case counts once.
`)
}

// TestPitfall03LeadAndAnyChargeDoNotShareAPanel holds the two apart, and that the keys of a data set agree.
func TestPitfall03LeadAndAnyChargeDoNotShareAPanel(t *testing.T) {
	other := `-- edit indicators/sellers.yaml --
-         where: {unit: [case], section: [53a-83]}
+         where: {unit: [case], section: [53a-83]}
-         dataset: cases
-         measure: {sum: count}
-         where: {unit: [case], section: [53a-82]}
+         dataset: leads
+         measure: {sum: count}
+         where: {unit: [case], section: [53a-82]}
-- edit datasets/cases.yaml --
- value: count
+ value: count
+ charges: any
-- add datasets/leads.yaml --
id: leads
title: Cases by lead charge
source: court
about: Cases of the court.
protection: open
unit_field: unit
stage: convicted
clock: calendar
event: disposition
rule: A case counts once.
geography: The court.
principal_offence_only: true
charges: lead
` + caseFields
	refused(t, "charges-unlike", other)
	refused(t, "charges-unlike", `-- edit datasets/cases.yaml --
- value: count
+ value: count
+ charges: lead
`)
}

func TestPitfall04AChangeOfTheLawIsABreakOrSaysWhyNot(t *testing.T) {
	for _, change := range []string{"class: class C felony", "class: class A misdemeanor\n+     elements: One act is enough.",
		"class: class A misdemeanor\n+     age_limit: Only from age 16.", "class: class A misdemeanor\n+     liable_from: 16"} {
		refused(t, "break-missing", `-- edit statutes/53a-82.yaml --
-   - from: 2010-10-01
-     label: Prostitution
-     class: class A misdemeanor
+   - from: 2010-10-01
+     label: Prostitution
+     `+change+`
-     breaks: true
+     breaks: false
`)
	}
}

func TestPitfall11AStatusIsOneOfAClosedList(t *testing.T) {
	refused(t, "field-wrong", `-- edit datasets/cases.yaml --
-   - {name: status, type: code, codelist: statuses}
+   - {name: status, type: text}
`)
}

func TestPitfall12NoRateOfPeopleWhoMustBeProtected(t *testing.T) {
	refused(t, "panel-wrong", `-- edit datasets/cases.yaml --
- protection: open
+ protection: protected
-- edit indicators/sellers.yaml --
-     ratio: {of: selling, to: buying, label: sellers for each buyer, decimals: 1}
+     ratio: {of: selling, to: buying, label: sellers for each buyer, decimals: 1}
+     rate: {of: selling, per: 100000, label: for each 100 000, decimals: 1, population: {id: p, label: p, noun: {one: p, many: p}, dataset: cases, measure: {sum: count}, where: {unit: [resident], section: [all]}}}
`)
}

func TestPitfall19ClocksDoNotShareAPanel(t *testing.T) {
	refused(t, "clock-unlike", `-- edit datasets/cases.yaml --
- clock: calendar
+ clock_field: clock
-   - {name: status, type: code, codelist: statuses}
+   - {name: status, type: code, codelist: statuses}
+   - {name: clock, type: code, codelist: clocks}
-- edit indicators/sellers.yaml --
-         where: {unit: [case], section: [53a-82]}
+         where: {unit: [case], section: [53a-82], clock: [calendar]}
-         where: {unit: [case], section: [53a-83]}
+         where: {unit: [case], section: [53a-83], clock: [stated]}
`)
}

func TestPitfall22ADataSetSaysWhosePlaceDecides(t *testing.T) {
	refused(t, "key-missing", `-- edit datasets/cases.yaml --
- geography: The court.
`)
}

func TestPitfall30NoRecordsAboutChildrenAndNoNames(t *testing.T) {
	refused(t, "records-of-people", `-- edit datasets/cases.yaml --
- protection: open
+ protection: protected
- value: count
`)
	refused(t, "field-names-person", `-- edit datasets/cases.yaml --
-   - {name: status, type: code, codelist: statuses}
+   - {name: status, type: code, codelist: statuses}
+   - {name: defendant_name, type: text}
`)
}

func TestPitfall17AStockAndAFlowDoNotShareAPanel(t *testing.T) {
	const decisions = `-- edit datasets/cases.yaml --
- status: status
+ status: status
+ decisions: {case: case, outcome: outcome}
-   - {name: count, type: integer, minimum: 0}
+   - {name: count, type: integer, minimum: 0}
+   - {name: case, type: code, codelist: case-codes}
+   - {name: outcome, type: code, codelist: outcomes}
-- add codelists/case-codes.csv --
code,label,plural,parent,kind,valid_from,valid_to,about
one,one,one,,,,,
-- add codelists/outcomes.csv --
code,label,plural,parent,kind,valid_from,valid_to,about
convicted,convicted,convicted,,,,,
`
	refused(t, "measure-wrong", decisions) // convictions and what takes them away are never added up
	refused(t, "measure-wrong", `-- edit indicators/sellers.yaml --
-         measure: {sum: count}
-         where: {unit: [case], section: [53a-83]}
+         measure: {standing: counts}
+         where: {unit: [case], section: [53a-83]}
`)
	refused(t, "clock-unlike", decisions+`-- edit indicators/sellers.yaml --
-         measure: {sum: count}
-         where: {unit: [case], section: [53a-83]}
+         measure: {standing: counts}
+         where: {unit: [case], section: [53a-83]}
`)
	refused(t, "outcome-unknown", strings.Replace(decisions, "convicted,convicted,convicted", "guilty,guilty,guilty", 1))
}

func TestPitfall21SexAndLaborAreToldApartWhereTheSourceDoes(t *testing.T) {
	const kinds = `-- edit datasets/cases.yaml --
-   - {name: count, type: integer, minimum: 0}
+   - {name: count, type: integer, minimum: 0}
+   - {name: kind, type: code, codelist: trafficking-kinds}
-- add codelists/trafficking-kinds.csv --
code,label,plural,parent,kind,valid_from,valid_to,about
sex,sex,sex,,,,,
labor,labor,labor,,,,,
`
	refused(t, "kinds-mixed", kinds)
	refused(t, "kinds-mixed", kinds+`-- edit indicators/sellers.yaml --
-         where: {unit: [case], section: [53a-83]}
+         where: {unit: [case], section: [53a-83], kind: [sex, labor]}
`)
}

func TestPitfall28NobodyIsCalledAManOrAWomanUnlessTheSourceSaysSo(t *testing.T) {
	refused(t, "gender-presumed", `-- edit indicators/sellers.yaml --
-         noun: {one: case for buying sex, many: cases for buying sex}
+         noun: {one: man who bought sex, many: men who bought sex}
`)
	refused(t, "gender-presumed", `-- edit indicators/sellers.yaml --
-         label: selling sex
+         label: Women selling sex
`)
}

func TestPitfall29WhetherHelpAndAgreementCountIsSaid(t *testing.T) {
	refused(t, "modes-unsaid", `-- edit datasets/cases.yaml --
-   - {name: count, type: integer, minimum: 0}
+   - {name: count, type: integer, minimum: 0}
+   - {name: mode, type: code, codelist: offence-modes}
-- add codelists/offence-modes.csv --
code,label,plural,parent,kind,valid_from,valid_to,about
committed,committed,committed,,,,,
conspiracy,agreed,agreed,,,,,
`)
}

// TestPitfall30NoWayRoundTheClassOfChildren: neither a series of one age of an open data set nor a count of rows of a
// protected one gets past the class.
func TestPitfall30NoWayRoundTheClassOfChildren(t *testing.T) {
	refused(t, "juveniles-open", `-- edit indicators/sellers.yaml --
-         where: {unit: [case], section: [53a-83]}
+         where: {unit: [case], section: [53a-83], age: [under-18]}
`)
	refused(t, "juveniles-open", `-- edit indicators/sellers.yaml --
-         where: {unit: [case], section: [53a-83]}
+         where: {unit: [case], section: [53a-83], age: [18-over]}
+         otherwise: {unit: [case], section: [53a-83], age: [under-18]}
`)
	refused(t, "records-of-people", `-- edit datasets/cases.yaml --
- protection: open
+ protection: protected
-- edit indicators/sellers.yaml --
-         measure: {sum: count}
-         where: {unit: [case], section: [53a-83]}
+         measure: {count: records}
+         where: {unit: [case], section: [53a-83]}
`)
	refused(t, "records-protected", `-- edit datasets/cases.yaml --
- value: count
+ value: count
+ records: public
+ record_fields: [from, to, count]
-   - {name: age, type: code, codelist: age-groups}
-- edit indicators/sellers.yaml --
-     ratio: {of: selling, to: buying, label: sellers for each buyer, decimals: 1}
+     ratio: {of: selling, to: buying, label: sellers for each buyer, decimals: 1}
+     breakdowns:
+       - {id: section, title: By section, by: section, where: {unit: [case], section: [53a-82, 53a-83]}, protection: protected}
`)
	refused(t, "protection-missing", `-- edit datasets/cases.yaml --
- protection: open
`)
}

func TestTheBaseOfThePitfallsHasNoIssue(t *testing.T) {
	files, _ := world(t, parse(t, "testdata/base.txtar"), txtar.Parse(nil))
	if _, issues := Load(files); len(issues) > 0 {
		t.Errorf("got %v", strings.TrimSpace(issues[0].String()))
	}
}
