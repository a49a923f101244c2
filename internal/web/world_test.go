package web

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"tallystick/internal/chart"
	"tallystick/internal/export"
	"tallystick/internal/release"
	"tallystick/internal/stat"
	"tallystick/internal/testkit"
)

// The days of the fixture world: two releases are out at now, a third is sealed and comes out a year later.
var (
	first  = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
	second = time.Date(2026, 12, 8, 9, 30, 0, 0, time.UTC)
	now    = time.Date(2026, 12, 9, 12, 0, 0, 0, time.UTC)
	third  = time.Date(2027, 12, 1, 9, 30, 0, 0, time.UTC)
)

// hostile is text that would run as a script wherever it were not escaped.
const hostile = `<script>alert(1)</script><img src=x onerror=alert(2)>"'&`

// draft is a small release: sellers and buyers with a ratio, a true zero, one figure not reported and one withheld.
func draft(id string, at time.Time, selling float64) release.Draft {
	decade := stat.Period{From: stat.Date{Year: 2005, Month: 1, Day: 1}, To: stat.Date{Year: 2014, Month: 12, Day: 31}}
	source := stat.Citation{
		Title: "Review of state law", Publisher: "Commission", Year: "2016", Address: "https://example.org/review.pdf", Locator: "page 12",
	}
	evil := stat.Citation{Title: hostile, Publisher: "Nobody", Address: "javascript:alert(3)"}
	ind := stat.Indicator{
		ID: "sellers-and-buyers", Title: "People arrested for selling and for buying sex", Short: "Sellers and buyers",
		Question: "Who is held to account?", Topic: "demand", Headline: 1, About: "Arrests by section.", Terms: []string{"johns"},
		Answer: []string{"arrested"}, Alt: "A pair of bars.", Since: stat.Date{Year: 2026, Month: 11, Day: 1},
		Statutes: []string{"53a-83"}, Related: []string{"children"}, Notes: []string{"Arrests measure police activity."},
		Panels: []stat.Panel{{
			ID: "arrested", Title: "Arrested", Form: stat.FormPair, Unit: "arrest", Stage: "arrested", Clock: stat.ClockCalendar,
			Protection: stat.ProtectionOpen, Sentence: "In {period}, police made {selling} and {buying}.",
			Series: []stat.Series{
				{ID: "selling", Label: "selling sex", Noun: stat.Noun{One: "arrest for selling sex", Many: "arrests for selling sex"}, Dataset: "sections"},
				{ID: "buying", Label: "buying sex", Noun: stat.Noun{One: "arrest for buying sex", Many: "arrests for buying sex"}, Dataset: "sections"},
			},
			Ratio: &stat.Ratio{Of: "selling", To: "buying", Label: "sellers for each buyer", Decimals: 1},
		}},
	}
	children := stat.Indicator{
		ID: "children", Title: "Children identified", Short: "Children", Question: "How many children are identified?", Topic: "children",
		About: "Referrals.", Alt: "Bars.", Answer: []string{"referred"}, Notes: []string{hostile},
		Panels: []stat.Panel{{
			ID: "referred", Title: "Referred", Form: stat.FormSpans, Unit: "child", Clock: stat.ClockCalendar,
			Protection: stat.ProtectionProtected, Sentence: "{list:all}",
			Series: []stat.Series{{ID: "all", Label: "children", Noun: stat.Noun{One: "child", Many: "children"}, Dataset: "sections"}},
		}},
	}
	count := func(indicator, panel, series string, p stat.Period, v float64) stat.Observation {
		return stat.Observation{
			Indicator: indicator, Panel: panel, Series: series, Kind: stat.KindCount, Period: p, Status: stat.StatusReported, Value: v,
			Bound: stat.BoundExactly, Unit: "arrest", Citations: []stat.Citation{source}, Rows: []stat.Lines{{Batch: "b0001", Lines: "2"}},
			Interval: &stat.Interval{Lower: v * 0.9, Upper: v*1.1 + 3, Level: 0.95, Method: "garwood"},
		}
	}
	obs := []stat.Observation{
		count(ind.ID, "arrested", "selling", decade, selling),
		count(ind.ID, "arrested", "buying", decade, 1378),
		{
			Indicator: ind.ID, Panel: "arrested", Series: "ratio", Kind: stat.KindRatio, Period: decade, Status: stat.StatusReported,
			Value: selling / 1378, Of: selling, To: 1378, Unit: "ratio", Bound: stat.BoundExactly,
			Interval: &stat.Interval{Lower: 2.4, Upper: 2.7, Level: 0.95, Method: "conditional-binomial"},
		},
		count(children.ID, "referred", "all", stat.CalendarYear(2013), 0),
		count(children.ID, "referred", "all", stat.CalendarYear(2014), 94),
	}
	again := count(children.ID, "referred", "all", stat.CalendarYear(2014), 80)
	again.Ordinal, again.Bound, again.Interval = 1, stat.BoundAbout, nil
	obs = append(obs, again)
	missing := count(children.ID, "referred", "all", stat.CalendarYear(2015), 0)
	missing.Status, missing.Interval, missing.Citations = stat.StatusNotReported, nil, []stat.Citation{evil}
	withheld := count(children.ID, "referred", "all", stat.CalendarYear(2016), 0)
	withheld.Status, withheld.Interval = stat.StatusWithheld, nil
	withheld.Coverage = stat.Coverage{Reported: 1, Expected: 2, Noun: "agencies", Missing: []string{"hartford"}}
	obs = append(obs, missing, withheld)

	answer := func(ind stat.Indicator, o stat.Observation, rest string) stat.Answer {
		s := stat.Sentence{Parts: []stat.Part{
			{Text: "There were "}, {Text: stat.FormatNumber(o.Value, 0), Key: o.Key(), Strong: true}, {Text: rest},
		}}
		return stat.Answer{
			Indicator: ind.ID, Sentences: []stat.Sentence{s}, Panels: []stat.Spoken{{Panel: ind.Panels[0].ID, Sentence: s}},
			Alt: ind.Alt, Cautions: ind.Notes,
			Breaks: []stat.Break{{
				Date: stat.Date{Year: 2013, Month: 10, Day: 1}, Kind: "statute", Act: "PA 13-166", Text: "Buying from a minor became a felony.",
				Source: "javascript:alert(4)",
			}},
			Events: []string{"review"},
		}
	}
	defs := stat.Definitions{
		Site: stat.Site{
			Name: "Tallystick", Place: "Connecticut", Title: "Human trafficking in Connecticut, in figures", Publisher: "The commission",
			About: "Counts and their sources.", Licence: "Free to use with the source named.", Address: "https://figures.example.org",
		},
		Sources:  []stat.Source{{ID: "court", Title: "Judicial Branch", Publisher: "State of Connecticut", Address: "https://example.org", About: "Courts."}},
		Datasets: []stat.Dataset{{ID: "sections", Title: "Arrests by section", Source: "court", Unit: "arrest", Clock: stat.ClockCalendar, Rule: "Each arrest counts once."}},
		Feeds:    []stat.Feed{{ID: "sections", Title: "Judicial Branch export", Dataset: "sections"}},
		Codelists: []stat.Codelist{
			{ID: "counting-units", Codes: []stat.Code{{Code: "arrest", Label: "arrest", Plural: "arrests", About: "One taking into custody."}}},
			{ID: "agencies", Codes: []stat.Code{{Code: "hartford", Label: "Hartford police", Parent: "hartford"}, {Code: "union", Label: "Union police", Parent: "union"}}},
			{ID: "towns", Codes: []stat.Code{{Code: "hartford", Label: "Hartford", Parent: "hartford"}, {Code: "union", Label: "Union", Parent: "tolland"}}},
			{ID: "counties", Codes: []stat.Code{{Code: "hartford", Label: "Hartford County"}, {Code: "tolland", Label: "Tolland County"}}},
			{ID: "stages", Codes: []stat.Code{{Code: "arrested", Label: "arrested"}}},
		},
		Statutes: []stat.Statute{{
			ID: "53a-83", Citation: "CGS 53a-83", Title: "Soliciting sexual acts", Plain: "Paying for sex.", Role: "buyer",
			Versions: []stat.StatuteVersion{
				{To: stat.Date{Year: 2021, Month: 9, Day: 30}, Label: "Patronizing a prostitute", Class: "class A misdemeanor"},
				{From: stat.Date{Year: 2021, Month: 10, Day: 1}, Label: "Soliciting sexual acts", Class: "class A misdemeanor", Act: "PA 21-103"},
			},
		}},
		Duties: []stat.Duty{{
			ID: "yearly", Citation: "CGS 51-286h", Title: "Yearly report", About: "Each agency reports once a year.",
			Versions: []stat.DutyVersion{{
				From: stat.Date{Year: 2024, Month: 10, Day: 1}, Owes: "each agency", Codelist: "agencies", Recipient: "the council",
				DueMonth: 10, DueDay: 1, Months: 12, Items: []stat.DutyItem{{Number: 1, Text: "Referrals", Count: true}}, Confidence: "high",
			}},
		}},
		Claims: []stat.Claim{{
			ID: "said-3557", Title: "3,557 arrests were made", Quote: "they made 3,557 arrests", Speaker: "an analyst",
			Said: stat.Date{Year: 2016, Month: 3, Day: 31}, Work: "A paper", Publisher: "A press", Address: "https://example.org/paper", About: hostile,
			Holds: []stat.Assertion{{Figure: "sellers-and-buyers/arrested/selling", Period: "2005-2014", Is: stat.BoundExactly, Value: 3557}},
		}},
		Elements: []stat.Element{
			{
				ID: "minor", Element: "If the person is under 18", StateThen: "Coercion.", StateNow: "One act is enough.",
				Federal: "One act is enough.", Sources: []string{"https://example.org/act", "https://example.org/code"}, Confidence: "high",
			},
			{
				ID: "labor", Element: "Labor " + hostile, StateThen: "In the same section.", StateNow: "In the same section.",
				Federal: "A section of its own.", Sources: []string{"https://example.org/code", "javascript:alert(5)"}, Confidence: "medium",
			},
		},
		Reconciliations: []stat.Reconciliation{
			{
				ID: "two-reports", Title: "Two reports", Question: "How many children, then and later?", About: hostile,
				Reason: "The reason is not known.", Figures: []stat.ReconciledFigure{
					{Figure: "children/referred/all", Period: "2014", Label: "A report", Why: hostile},
					{Figure: "children/referred/all", Period: "2014", Ordinal: 1, Label: "Another report", Why: "It says about."},
					{Figure: "children/referred/all", Period: "1999", Label: "A figure that is gone", Why: "Nobody has it."},
				},
			},
			{
				ID: "unlike", Title: "One year", Question: "How much was there?", About: "They sound alike.", Reason: "The units differ.",
				Figures: []stat.ReconciledFigure{
					{Figure: "sellers-and-buyers/arrested/selling", Period: "2005-2014", Label: "Arrests", Why: "Ten years."},
					{Figure: "children/referred/all", Period: "2016", Label: "Children", Why: "One year, and withheld."},
					{Figure: "children/referred/all", Period: "2014", Label: "Children before", Why: "One year."},
				},
			},
		},
		Events: []stat.Event{{
			ID: "review", Date: stat.Date{Year: 2016, Month: 3, Day: 1}, Precision: "month", Kind: "publication", Title: "Review published",
			Text: "The commission published its review.", Address: "https://example.org/review.pdf",
		}},
		Indicators: []stat.Indicator{children, ind},
	}
	files := map[string][]byte{}
	for i, one := range []stat.Indicator{ind, children} {
		var own []stat.Observation
		for _, o := range obs {
			if o.Indicator == one.ID {
				own = append(own, o)
			}
		}
		sheet := export.Sheet{
			Indicator: one, Observations: own, Definitions: defs, Release: id, PublishedAt: at,
			Answer: answer(one, obs[i*3], " in all."),
		}
		for _, f := range []export.Format{"csv", "json", "xlsx"} {
			var b bytes.Buffer
			if err := export.Write(&b, f, sheet); err != nil {
				panic(err)
			}
			files["downloads/"+one.ID+"."+string(f)] = b.Bytes()
		}
		figure := drawOnce(one, own, chart.Context{Release: id, Source: "Judicial Branch", Alt: one.Alt})
		files["figures/"+one.ID+"-wide.svg"] = figure.Wide
		files["figures/"+one.ID+"-narrow.svg"] = figure.Narrow
		files["figures/"+one.ID+".svg"] = figure.Standalone
		files["figures/"+one.ID+".json"] = figure.Options
	}
	return release.Draft{
		Manifest: stat.Manifest{
			ID: id, PublishedAt: at, Title: "Figures of " + id, Reason: "Made for the tests.", Program: "test",
			Batches: []stat.Batch{{
				ID: "b0001", Feed: "sections", Dataset: "sections", File: "sections.csv", SHA256: strings.Repeat("ab", 32), Bytes: 940,
				ReceivedAt: at.Add(-time.Hour), Rows: 10, Accepted: 7, Quarantined: 2, Duplicates: 1, Records: 7,
			}},
			Gates: []stat.Gate{{ID: "balance", Title: "Every row is accounted for", Passed: true}},
		},
		Definitions:  defs,
		Observations: obs,
		Answers:      []stat.Answer{answer(ind, obs[0], " arrests for selling sex."), answer(children, obs[4], " children.")},
		Files:        files,
	}
}

// figures holds what was drawn, since every test seals the same releases and drawing is the slowest part of it.
var figures sync.Map

func drawOnce(ind stat.Indicator, obs []stat.Observation, ctx chart.Context) chart.Figure {
	key := ctx.Release + "/" + ind.ID
	if f, ok := figures.Load(key); ok {
		return f.(chart.Figure)
	}
	figure, err := chart.Draw(ind, obs, ctx)
	if err != nil {
		panic(err)
	}
	figures.Store(key, figure)
	return figure
}

// world is a server over three really sealed releases, of which two are out.
func world(t testing.TB) *Server {
	t.Helper()
	return New(Config{Library: library(t), Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return now }, Version: "test"})
}

// seal writes the three releases of the fixture world into a new folder.
func seal(t testing.TB) string {
	t.Helper()
	dir := testkit.Folder(t)
	corrected := draft("2026-12-08", second, 3558)
	corrected.Manifest.Statements = []stat.Statement{{
		ID: "c1", Kind: stat.StatementCorrection, Keys: []string{"sellers-and-buyers/arrested/selling"}, Releases: []string{"2026-11-24"},
		Wrong: "One arrest was left out.", Now: "It is counted.", Affected: "Whoever quoted the first count.", Reason: "A row was misread.",
		Cause: "program",
	}}
	later := speakSpanish(draft("2027-12-01", third, 9999))
	for _, d := range []release.Draft{draft("2026-11-24", first, 3557), speakSpanish(corrected), later} {
		if _, err := release.Seal(t.Context(), dir, d); err != nil {
			t.Fatalf("Seal(%s): %v", d.Manifest.ID, err)
		}
	}
	return dir
}

func library(t testing.TB) *release.Library {
	t.Helper()
	lib, err := release.OpenLibrary(seal(t))
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// get asks the server for an address, with headers given as name and value in turn.
func get(t testing.TB, s *Server, address string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	return ask(s, http.MethodGet, address, headers...)
}

func ask(s *Server, method, address string, headers ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, address, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, req)
	return w
}
