package testkit

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"time"

	"tallystick/internal/stat"
)

// ArrestCodes are the code lists of generated arrests, by field.
var arrestCodes = map[string][]string{
	"sex":         {"F", "M", "U"},
	"race":        {"asian", "black", "native", "white", "unknown"},
	"disposition": {"convicted", "dismissed", "nolle", "open", "acquitted"},
	"class":       {"A misdemeanor", "B misdemeanor", "C felony", "D felony"},
}

// Arrests returns the definitions of a generated export: one data set of arrests with twelve fields, one row an
// arrest, its feed and its code lists.
func Arrests() stat.Definitions {
	low, high := int64(0), int64(120)
	defs := stat.Definitions{
		Datasets: []stat.Dataset{{
			ID: "arrests", Clock: stat.ClockCalendar, Period: stat.PeriodFields{Date: "arrest_date"}, Key: []string{"arrest"},
			Duplicates: "refuse",
			Fields: []stat.Field{
				{Name: "arrest", Type: stat.FieldInteger, Required: true},
				{Name: "arrest_date", Type: stat.FieldDate, Required: true},
				{Name: "agency", Type: stat.FieldCode, Codelist: "agency", Required: true},
				{Name: "town", Type: stat.FieldCode, Codelist: "town"},
				{Name: "statute", Type: stat.FieldCode, Codelist: "statute", Required: true},
				{Name: "description", Type: stat.FieldText},
				{Name: "class", Type: stat.FieldCode, Codelist: "class"},
				{Name: "sex", Type: stat.FieldCode, Codelist: "sex"},
				{Name: "race", Type: stat.FieldCode, Codelist: "race"},
				{Name: "age", Type: stat.FieldInteger, Minimum: &low, Maximum: &high},
				{Name: "docket", Type: stat.FieldText},
				{Name: "disposition", Type: stat.FieldCode, Codelist: "disposition"},
			},
		}},
		Feeds: []stat.Feed{{ID: "arrests", Dataset: "arrests"}},
	}
	lists := map[string][]string{"agency": {}, "town": {}, "statute": {}}
	for field, codes := range arrestCodes {
		lists[field] = codes
	}
	for i := range 170 {
		lists["agency"] = append(lists["agency"], fmt.Sprintf("CT%07d", i*100))
		lists["town"] = append(lists["town"], fmt.Sprintf("town-%03d", i))
	}
	for i := range 96 {
		lists["statute"] = append(lists["statute"], fmt.Sprintf("53a-%d", 54+i))
	}
	for _, f := range defs.Datasets[0].Fields {
		if f.Type != stat.FieldCode {
			continue
		}
		l := stat.Codelist{ID: f.Codelist}
		for _, c := range lists[f.Name] {
			l.Codes = append(l.Codes, stat.Code{Code: c})
		}
		defs.Codelists = append(defs.Codelists, l)
	}
	return defs
}

// ArrestHeader is the first line of a generated export.
const ArrestHeader = "arrest,arrest_date,agency,town,statute,description,class,sex,race,age,docket,disposition\n"

// WriteArrests writes a generated export of n arrests over twenty years. The same seed gives the same bytes, and a
// smaller export is the beginning of a larger one. Every share of wrong rows has a date that does not exist.
func WriteArrests(w io.Writer, n int, seed uint64, wrong float64) error {
	out := bufio.NewWriterSize(w, 1<<20)
	if _, err := out.WriteString(ArrestHeader); err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(seed, 1))
	defs := Arrests()
	codes := map[string][]string{}
	for _, l := range defs.Codelists {
		for _, c := range l.Codes {
			codes[l.ID] = append(codes[l.ID], c.Code)
		}
	}
	pick := func(list string) string { return codes[list][r.IntN(len(codes[list]))] }
	start := time.Date(2005, 1, 1, 0, 0, 0, 0, time.UTC)
	descriptions := []string{"PROSTITUTION", `"PATRONIZING A PROSTITUTE, FIRST OFFENSE"`, `"LARCENY, SIXTH DEGREE"`, "BREACH OF PEACE",
		`"ASSAULT, ""DOMESTIC"", THIRD DEGREE"`, `"FAILURE TO APPEAR, SECOND DEGREE"`, "TRESPASS 3", `"INTERFERING WITH AN OFFICER, RESISTING"`,
		"DISORDERLY CONDUCT"}
	var b []byte
	for i := range n {
		day := start.AddDate(0, 0, r.IntN(7300))
		b = strconv.AppendInt(b[:0], int64(10_000_000+i), 10)
		b = append(b, ',')
		if wrong > 0 && r.Float64() < wrong {
			b = append(b, "2016-13-45"...)
		} else {
			b = day.AppendFormat(b, time.DateOnly)
		}
		for _, text := range []string{pick("agency"), pick("town"), pick("statute"), descriptions[r.IntN(len(descriptions))], pick("class"),
			pick("sex"), pick("race"), strconv.Itoa(14 + r.IntN(70)), fmt.Sprintf("H%02dH-CR%02d-%07d-S", r.IntN(30), day.Year()%100, r.IntN(10_000_000)),
			pick("disposition")} {
			b = append(append(b, ','), text...)
		}
		b = append(b, '\n')
		if _, err := out.Write(b); err != nil {
			return err
		}
	}
	return out.Flush()
}
