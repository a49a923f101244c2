package warehouse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// Points sums the current records of the data set by the fields and by period, or by month where records carry a date,
// for a judgement of those to which the batch has added (stat.Point.New). Months without a record, from the first of a
// series to the last of the batch, are zeros.
func (w *Warehouse) Points(ctx context.Context, ds stat.Dataset, by []string, batch string) ([]stat.Point, error) {
	seq, err := w.seqOf(ctx, batch)
	if err != nil {
		return nil, err
	}
	measure := stat.Measure{Count: "records"}
	if ds.Value != "" {
		measure = stat.Measure{Sum: ds.Value}
	}
	s, err := w.selection(ctx, Query{Dataset: ds, Measure: measure, By: by})
	if err != nil || s == nil {
		return nil, err
	}
	with, where, args := s.current()
	if ds.Period.Date != "" {
		s.from = "date_trunc('month', " + s.rawTo() + ")"
		s.to = "last_day(" + s.rawTo() + ")"
	}
	columns := append([]string{"coalesce(CAST(CAST(" + s.from + " AS DATE) AS VARCHAR), '')", "coalesce(CAST(" + s.to + " AS VARCHAR), '')"}, s.by...)
	places := make([]string, len(columns))
	for i := range columns {
		places[i] = fmt.Sprint(i + 1)
	}
	query := with + " SELECT " + strings.Join(columns, ", ") + ", CAST(sum(" + s.value + ") AS BIGINT), bool_or(r.batch = " + fmt.Sprint(seq) + ") FROM " +
		s.table + " r WHERE " + where + " AND " + s.status + " = 'reported' GROUP BY " + strings.Join(places, ", ") + " ORDER BY ALL"
	rows, err := w.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("history of %s: %w", ds.ID, err)
	}
	defer rows.Close()
	var list []stat.Point
	for rows.Next() {
		var p stat.Point
		var from, to string
		codes := make([]string, len(by))
		dest := []any{&from, &to}
		for i := range codes {
			dest = append(dest, &codes[i])
		}
		if err := rows.Scan(append(dest, &p.Value, &p.New)...); err != nil {
			return nil, fmt.Errorf("history of %s: %w", ds.ID, err)
		}
		if err := errors.Join(p.Period.From.UnmarshalText([]byte(from)), p.Period.To.UnmarshalText([]byte(to))); err != nil {
			return nil, err
		}
		for i, code := range codes {
			p.Codes = append(p.Codes, stat.DimensionCode{Dimension: by[i], Code: code})
		}
		list = append(list, p)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("history of %s: %w", ds.ID, err)
	}
	if ds.Period.Date != "" {
		list = fillMonths(list)
	}
	return list, nil
}

// fillMonths adds the months in which a series has no record. Months of the batch are those from its first to its last.
func fillMonths(list []stat.Point) []stat.Point {
	var first, last stat.Date
	have := map[string]map[stat.Date]bool{}
	codes := map[string][]stat.DimensionCode{}
	start := map[string]stat.Date{}
	for _, p := range list {
		if p.New && (first.IsZero() || p.Period.From.Compare(first) < 0) {
			first = p.Period.From
		}
		if p.New && p.Period.From.Compare(last) > 0 {
			last = p.Period.From
		}
		key := fmt.Sprint(p.Codes)
		if have[key] == nil {
			have[key], codes[key], start[key] = map[stat.Date]bool{}, p.Codes, p.Period.From
		}
		have[key][p.Period.From] = true
		if p.Period.From.Compare(start[key]) < 0 {
			start[key] = p.Period.From
		}
	}
	if first.IsZero() {
		return list
	}
	for i := range list { // a month of the batch can hold records of an earlier one
		m := list[i].Period.From
		list[i].New = m.Compare(first) >= 0 && m.Compare(last) <= 0
	}
	for _, key := range slices.Sorted(maps.Keys(have)) {
		for m := start[key]; m.Compare(last) <= 0; m = stat.DateOf(m.Time().AddDate(0, 1, 0)) {
			if !have[key][m] {
				list = append(list, stat.Point{Period: stat.Period{From: m, To: stat.DateOf(m.Time().AddDate(0, 1, -1))}, Codes: codes[key],
					New: m.Compare(first) >= 0})
			}
		}
	}
	return list
}

// Additions gives, for each group of records of the batch, the total and what its parts say.
func (w *Warehouse) Additions(ctx context.Context, ds stat.Dataset, sum stat.Sum, batch string) ([]stat.Adding, error) {
	seq, err := w.seqOf(ctx, batch)
	if err != nil {
		return nil, err
	}
	var common []string
	for _, k := range ds.Key {
		_, total := sum.Total[k]
		_, part := sum.Parts[k]
		if !total && !part && k != ds.Period.From && k != ds.Period.To && k != ds.Period.Date {
			common = append(common, k)
		}
	}
	s, err := w.selection(ctx, Query{Dataset: ds, Measure: stat.Measure{Sum: ds.Value}, By: common})
	if err != nil || s == nil {
		return nil, err
	}
	var args []any
	is := func(where stat.Where) (string, error) {
		var all []string
		for _, name := range slices.Sorted(maps.Keys(where)) {
			column, err := quoted(name)
			if err != nil {
				return "", err
			}
			all = append(all, "r."+column+" IN (?"+strings.Repeat(", ?", len(where[name])-1)+")")
			for _, code := range where[name] {
				args = append(args, code)
			}
		}
		return strings.Join(all, " AND "), nil
	}
	total, err := is(sum.Total)
	if err != nil {
		return nil, err
	}
	parts, err := is(sum.Parts)
	if err != nil {
		return nil, err
	}
	columns := append([]string{"coalesce(CAST(" + s.from + " AS VARCHAR), '') AS period_from", "coalesce(CAST(" + s.to + " AS VARCHAR), '') AS period_to"}, s.by...)
	places := make([]string, len(columns))
	for i := range columns {
		places[i] = fmt.Sprint(i + 1)
	}
	query := "WITH marked AS (SELECT r.*, (" + total + ") AS is_total, (" + parts + ") AS is_part FROM " + s.table + " r WHERE r.batch = ?)\nSELECT " +
		strings.Join(columns, ", ") + ", CAST(min(r.line) FILTER (is_total) AS BIGINT), CAST(sum(" + s.value + ") FILTER (is_total AND " + s.status +
		" = 'reported') AS BIGINT), CAST(count(*) FILTER (is_part) AS BIGINT), CAST(coalesce(sum(" + s.value + ") FILTER (is_part), 0) AS BIGINT), " +
		"CAST(coalesce(sum(" + s.low + ") FILTER (is_part), 0) AS BIGINT), CAST(coalesce(sum(" + s.high + ") FILTER (is_part), 0) AS BIGINT), " +
		"CAST(count(*) FILTER (is_part AND (" + s.high + ") IS NULL) AS BIGINT) FROM marked r GROUP BY " + strings.Join(places, ", ") + " ORDER BY ALL"
	rows, err := w.db.QueryContext(ctx, query, append(args, seq)...)
	if err != nil {
		return nil, fmt.Errorf("sums of %s: %w", ds.ID, err)
	}
	defer rows.Close()
	var list []stat.Adding
	for rows.Next() {
		var a stat.Adding
		var from, to string
		var line, given sql.NullInt64
		var open int64
		codes := make([]string, len(common))
		dest := []any{&from, &to}
		for i := range codes {
			dest = append(dest, &codes[i])
		}
		if err := rows.Scan(append(dest, &line, &given, &a.Parts, &a.Sum, &a.Low, &a.High, &open)...); err != nil {
			return nil, fmt.Errorf("sums of %s: %w", ds.ID, err)
		}
		if !given.Valid {
			continue // there is no total, or it is not given
		}
		if err := errors.Join(a.Period.From.UnmarshalText([]byte(from)), a.Period.To.UnmarshalText([]byte(to))); err != nil {
			return nil, err
		}
		a.Line, a.Total, a.Open = line.Int64, given.Int64, open > 0
		for i, code := range codes {
			a.Codes = append(a.Codes, stat.DimensionCode{Dimension: common[i], Code: code})
		}
		list = append(list, a)
	}
	return list, rows.Err()
}
