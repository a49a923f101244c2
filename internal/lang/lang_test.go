package lang

import (
	"testing"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
	"pgregory.net/rapid"

	"tallystick/internal/stat"
)

// TestNumbersAreThoseOfTheUnitedStates holds the one format of numbers of package stat against CLDR, for English and for
// the Spanish of readers in the United States, which write them alike.
func TestNumbersAreThoseOfTheUnitedStates(t *testing.T) {
	for _, tag := range []string{"en-US", "es-US"} {
		p := message.NewPrinter(language.MustParse(tag))
		rapid.Check(t, func(rt *rapid.T) {
			v := float64(rapid.Int64Range(0, 1<<40).Draw(rt, "n")) / 8
			decimals := rapid.SampledFrom([]int{0, 1, 3}).Draw(rt, "decimals")
			if decimals < 3 {
				v = float64(int64(v)) // a half is rounded away from zero here and to even there
			}
			want := p.Sprint(number.Decimal(v, number.Scale(decimals)))
			if got := stat.FormatNumber(v, decimals); got != want {
				rt.Errorf("%s: FormatNumber(%v, %d) = %q, CLDR has %q", tag, v, decimals, got, want)
			}
		})
	}
}

func TestDatesInBothLanguages(t *testing.T) {
	d := stat.Date{Year: 2016, Month: time.March, Day: 31}
	for _, c := range []struct{ got, want string }{
		{English.Date(d), "31 March 2016"}, {Spanish.Date(d), "31 de marzo de 2016"}, {Spanish.Date(stat.Date{}), ""},
		{Spanish.Month(d), "marzo de 2016"}, {Spanish.DateAs(d, "year"), "2016"}, {Spanish.DateAs(d, "month"), "marzo de 2016"},
		{Spanish.When(d, "day"), "el 31 de marzo de 2016"}, {Spanish.When(d, "month"), "en marzo de 2016"}, {English.When(d, "year"), "in 2016"},
		{Spanish.Since(d, "day"), "desde el 31 de marzo de 2016"}, {Spanish.Since(d, "year"), "desde 2016"}, {English.Since(d, "day"), "since 31 March 2016"},
		{Spanish.Day(d), "31 de marzo"}, {English.Day(d), "31 March"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestPeriodsInSpanish(t *testing.T) {
	day := func(y int, m time.Month, d int) stat.Date { return stat.Date{Year: y, Month: m, Day: d} }
	for _, c := range []struct {
		p     stat.Period
		clock stat.Clock
		want  string
	}{
		{stat.CalendarYear(2015), stat.ClockCalendar, "2015"},
		{stat.Period{From: day(2005, 1, 1), To: day(2014, 12, 31)}, stat.ClockCalendar, "2005–2014"},
		{stat.FiscalYear(stat.ClockFederalFiscal, 2019), stat.ClockFederalFiscal, "año fiscal 2019"},
		{stat.Period{From: day(2006, 7, 1), To: day(2016, 3, 31)}, stat.ClockStated, "julio de 2006 a marzo de 2016"},
		{stat.Period{From: day(2006, 7, 1), To: day(2016, 3, 31), Stated: "July 2006 to March 2016"}, stat.ClockStated, "julio de 2006 a marzo de 2016"},
		{stat.Period{From: day(2014, 1, 1), To: day(2015, 12, 31), Stated: "the last two years"}, stat.ClockStated, "“the last two years” (2014–2015)"},
		{stat.Period{From: day(2006, 1, 1), To: day(2016, 3, 31), Stated: "the last decade"}, stat.ClockStated, "“the last decade”, hasta marzo de 2016"},
		{stat.Period{To: day(2012, 12, 31)}, stat.ClockCalendar, "hasta diciembre de 2012"},
		{stat.Period{From: day(2012, 3, 2), To: day(2012, 3, 20)}, stat.ClockCalendar, "marzo de 2012"},
	} {
		if got := Spanish.Period(c.p, c.clock); got != c.want {
			t.Errorf("Period(%v, %s) = %q, want %q", c.p, c.clock, got, c.want)
		}
		if got, want := English.Period(c.p, c.clock), c.p.Label(c.clock); got != want {
			t.Errorf("English.Period(%v) = %q, want the label %q", c.p, got, want)
		}
	}
}

func TestConjunctions(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  string
	}{
		{nil, ""}, {[]string{"2013"}, "2013"}, {[]string{"2013", "2014"}, "2013 y 2014"}, {[]string{"a", "b", "c"}, "a, b y c"},
		{[]string{"padres", "hijos"}, "padres e hijos"}, {[]string{"agua", "hielo"}, "agua y hielo"}, {[]string{"causas", "informes"}, "causas e informes"},
	} {
		if got := Spanish.And(c.words); got != c.want {
			t.Errorf("And(%q) = %q, want %q", c.words, got, c.want)
		}
	}
	if got := English.And([]string{"a", "b", "c"}); got != "a, b and c" {
		t.Errorf("And = %q, want a, b and c", got)
	}
}

func TestPluralsFollowTheNumber(t *testing.T) {
	for n, want := range map[int64]string{0: "0 valores", 1: "1 valor", 2: "2 valores", 1000000: "1,000,000 valores"} {
		if got := Spanish.N(n, "%s value", "%s values", stat.FormatCount(n)); got != want {
			t.Errorf("N(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestRemarksOfTheRulesAreSaidInSpanish(t *testing.T) {
	statute := stat.Statute{ID: "s", Citation: "CGS 53a-82", Versions: []stat.StatuteVersion{{
		From: stat.Date{Year: 2016, Month: time.October, Day: 1}, LiableFrom: 18, Act: "PA 16-71",
	}}}
	o := stat.Observation{Period: stat.CalendarYear(2018), Codes: []stat.DimensionCode{{Dimension: "age_group", Code: "under-18"}}}
	note, ok := stat.Structural(o, stat.Series{Statutes: []string{"s"}}, []stat.Statute{statute})
	if !ok {
		t.Fatal("the zero is not structural")
	}
	defs := stat.Definitions{Language: "es", Text: map[string]map[string]string{"es": {"A round number.": "Un número redondo."}}}
	for english, want := range map[string]string{
		note: "Desde el 1 de octubre de 2016, CGS 53a-82 se aplica solo desde los 18 años (PA 16-71): un cero de personas más jóvenes sale de la ley.",
		"5 counts of conviction were entered by this day; 5 were reversed on appeal.": "En este día se habían dictado 5 cargos con condena; 5 anulados en apelación.",
		"1 count of conviction was entered by this day.":                              "En este día se había dictado 1 cargo con condena.",
		"A round number.":                         "Un número redondo.",
		"Not computed: the counts are too small.": "No se calcula: las cuentas son demasiado pequeñas.",
		"A remark that nobody translated.":        "A remark that nobody translated.",
	} {
		if got := Spanish.Remark(defs, english); got != want {
			t.Errorf("Remark(%q) = %q, want %q", english, got, want)
		}
		if got := English.Remark(defs, english); got != english {
			t.Errorf("English.Remark(%q) = %q", english, got)
		}
	}
}

func TestLanguagesByCode(t *testing.T) {
	for code, want := range map[string]Language{"en": English, "es": Spanish, "": English, "fr": English} {
		if got, ok := Of(code); got != want || ok == (code == "fr") {
			t.Errorf("Of(%q) = %v, %v, want %v", code, got, ok, want)
		}
	}
}
