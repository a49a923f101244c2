package warehouse

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tallystick/internal/stat"
)

// Query asks for counts of the current records of one data set, always by period and further by the fields By.
type Query struct {
	Dataset stat.Dataset
	Measure stat.Measure
	Where   stat.Where
	By      []string
	Up      []stat.Placing // adds the codes of the one field of By up to those that they lie in on the last day of a record
	Each    bool           // one Counted for each record instead of a sum for each group
	AsOf    time.Time      // the records that were current at this moment; zero: now
}

// Counted is one group of records, or with Query.Each one record. Value sums only what was reported; the other
// statuses are counted beside it.
type Counted struct {
	Period    stat.Period
	Codes     []stat.DimensionCode
	Value     int64
	Records   int64
	ByStatus  map[stat.Status]int64
	ByBound   map[stat.Bound]int64
	Citations []stat.Citation
	Notes     []string
	Rows      []stat.Lines

	// Low and High are between what the sum of the values lies, those included that are not given but of which the source
	// says a limit. High is nil where one of them has none.
	Low  int64
	High *int64
}

// Count counts. The answer is in total order: period, codes in the order of By, and with Each batch and line. A data
// set without records gives none.
func (w *Warehouse) Count(ctx context.Context, q Query) ([]Counted, error) {
	s, err := w.selection(ctx, q)
	if err != nil || s == nil {
		return nil, err
	}
	list, err := w.count(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("counting %s: %w", q.Dataset.ID, err)
	}
	return list, nil
}

// selection makes a query ready, or returns nil for a data set without records.
func (w *Warehouse) selection(ctx context.Context, q Query) (*selection, error) {
	var table, stored string
	err := w.db.QueryRowContext(ctx, "SELECT table_name, stored FROM record_tables WHERE dataset = ? ORDER BY table_name DESC LIMIT 1",
		q.Dataset.ID).Scan(&table, &stored)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("counting %s: %w", q.Dataset.ID, err)
	}
	s, err := newSelection(q, table)
	if err != nil {
		return nil, fmt.Errorf("counting %s: %w", q.Dataset.ID, err)
	}
	if stored == "" {
		s.ordinal = "rowid"
	}
	var limits bool // records of an earlier version have none
	if err := w.db.QueryRowContext(ctx, "SELECT count(*) > 0 FROM duckdb_columns() WHERE table_name = ? AND column_name = ?", table,
		stat.HighColumn).Scan(&limits); err != nil {
		return nil, fmt.Errorf("counting %s: %w", q.Dataset.ID, err)
	}
	if limits && q.Measure.Sum == q.Dataset.Value {
		s.low = "CASE WHEN " + s.status + " = 'reported' THEN " + s.value + " ELSE coalesce(r." + stat.LowColumn + ", 0) END"
		s.high = "CASE WHEN " + s.status + " = 'reported' THEN " + s.value + " ELSE r." + stat.HighColumn + " END"
	} else {
		s.low, s.high = s.value, "CASE WHEN "+s.status+" = 'reported' THEN "+s.value+" END"
	}
	if s.corrected, err = w.hasCorrections(ctx, q); err != nil {
		return nil, err
	}
	s.scopes, err = w.scopes(ctx, q.Dataset)
	return s, err
}

func (w *Warehouse) hasCorrections(ctx context.Context, q Query) (bool, error) {
	var n int
	err := w.db.QueryRowContext(ctx, "SELECT CAST(count(*) AS INTEGER) FROM batches WHERE dataset = ? AND verb = 'correct'",
		q.Dataset.ID).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("corrections of %s: %w", q.Dataset.ID, err)
	}
	return n > 0, nil
}

// scopes lists the sets of fields to which batches of the data set limit what they replace.
func (w *Warehouse) scopes(ctx context.Context, ds stat.Dataset) ([]string, error) {
	rows, err := w.db.QueryContext(ctx, `SELECT DISTINCT p.scope_fields FROM batch_periods p JOIN batches b ON b.seq = p.seq
		WHERE b.dataset = ? AND p.scope_fields <> '' ORDER BY 1`, ds.ID)
	if err != nil {
		return nil, fmt.Errorf("scopes of %s: %w", ds.ID, err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var fields string
		if err := rows.Scan(&fields); err != nil {
			return nil, fmt.Errorf("scopes of %s: %w", ds.ID, err)
		}
		list = append(list, fields)
	}
	return list, rows.Err()
}

// Current tells how many records of each batch are current, by the identifiers of the batches.
func (w *Warehouse) Current(ctx context.Context, ds stat.Dataset) (map[string]int64, error) {
	out := map[string]int64{}
	s, err := w.selection(ctx, Query{Dataset: ds, Measure: stat.Measure{Count: "records"}})
	if err != nil || s == nil {
		return out, err
	}
	with, where, args := s.current()
	rows, err := w.db.QueryContext(ctx, with+" SELECT CAST(r.batch AS BIGINT), CAST(count(*) AS BIGINT) FROM "+s.table+" r WHERE "+where+
		" GROUP BY r.batch ORDER BY 1", args...)
	if err != nil {
		return nil, fmt.Errorf("current records of %s: %w", ds.ID, err)
	}
	defer rows.Close()
	for rows.Next() {
		var seq, n int64
		if err := rows.Scan(&seq, &n); err != nil {
			return nil, fmt.Errorf("current records of %s: %w", ds.ID, err)
		}
		out[batchID(int(seq))] = n
	}
	return out, rows.Err()
}

// selection is a query made into the pieces of SQL. Only identifiers of checked definitions are put into the text;
// every value is bound.
type selection struct {
	q                Query
	table            string
	ordinal          string // the column that tells records of one row apart
	from, to, stated string // expressions
	by               []string
	up               string // the join with the places of the codes
	status, bound    string
	value            string
	where            []string
	args             []any
	corrected        bool
	scopes           []string // sets of fields, parted by commas
	low, high        string   // expressions
}

func newSelection(q Query, table string) (*selection, error) {
	d := q.Dataset
	s := &selection{q: q, ordinal: "ordinal", stated: "''", status: "'reported'", bound: "'exactly'", value: "1"}
	var err error
	if s.table, err = quoted(table); err != nil {
		return nil, err
	}
	column := func(name string) string {
		if _, ok := d.Field(name); !ok && err == nil && name != stat.StatusColumn && name != stat.BoundColumn {
			err = fmt.Errorf("data set %s has no field %q: %w", d.ID, name, stat.ErrInvalid)
		}
		c, bad := quoted(name)
		if bad != nil && err == nil {
			err = bad
		}
		return "r." + c
	}
	switch {
	case d.Period.Date != "":
		s.from, s.to = yearOf(column(d.Period.Date), d.Clock)
	case d.Period.To != "":
		s.to = column(d.Period.To)
		s.from = "CAST(NULL AS DATE)"
		if d.Period.From != "" {
			s.from = column(d.Period.From)
		}
		if d.Period.Stated != "" {
			s.stated = "coalesce(" + column(d.Period.Stated) + ", '')"
		}
	default:
		return nil, fmt.Errorf("data set %s does not say where its periods are: %w", d.ID, stat.ErrInvalid)
	}
	for _, name := range q.By {
		s.by = append(s.by, "coalesce(CAST("+column(name)+" AS VARCHAR), '')")
	}
	if len(q.Up) > 0 {
		if len(q.By) != 1 {
			return nil, fmt.Errorf("%d fields are to be added up at once: %w", len(q.By), stat.ErrInvalid)
		}
		s.up = " LEFT JOIN up ON up.code = " + s.by[0] + " AND " + s.to + " BETWEEN up.first AND up.last"
		s.by[0] = "coalesce(up.lies_in, '" + stat.NotPlaced + "')"
	}
	if d.Value != "" {
		s.status, s.bound = column(cmp.Or(d.Status, stat.StatusColumn)), column(cmp.Or(d.Bound, stat.BoundColumn))
	}
	switch {
	case q.Measure.Sum != "" && q.Measure.Count == "":
		if f, _ := d.Field(q.Measure.Sum); f.Type != stat.FieldInteger {
			return nil, fmt.Errorf("%q of data set %s is not an integer field and cannot be summed: %w", q.Measure.Sum, d.ID, stat.ErrInvalid)
		}
		s.value = "CASE WHEN " + s.status + " = 'reported' THEN coalesce(" + column(q.Measure.Sum) + ", 0) ELSE 0 END"
	case q.Measure.Sum == "" && q.Measure.Count == "records":
	default:
		return nil, fmt.Errorf("a measure is the sum of a field or the count of records: %w", stat.ErrInvalid)
	}
	for _, name := range slices.Sorted(maps.Keys(q.Where)) {
		codes := q.Where[name]
		if len(codes) == 0 {
			return nil, fmt.Errorf("no code is given for %s: %w", name, stat.ErrInvalid)
		}
		s.where = append(s.where, column(name)+" IN (?"+strings.Repeat(", ?", len(codes)-1)+")")
		for _, c := range codes {
			s.args = append(s.args, c)
		}
	}
	return s, err
}

// yearOf gives the first and the last day of the year of a date on the clock.
func yearOf(date string, clock stat.Clock) (from, to string) {
	switch clock {
	case stat.ClockFederalFiscal:
		year := "CAST(year(" + date + " + INTERVAL 3 MONTH) AS BIGINT)"
		return "make_date(" + year + " - 1, 10, 1)", "make_date(" + year + ", 9, 30)"
	case stat.ClockStateFiscal:
		year := "CAST(year(" + date + " + INTERVAL 6 MONTH) AS BIGINT)"
		return "make_date(" + year + " - 1, 7, 1)", "make_date(" + year + ", 6, 30)"
	default:
		year := "CAST(year(" + date + ") AS BIGINT)"
		return "make_date(" + year + ", 1, 1)", "make_date(" + year + ", 12, 31)"
	}
}

// current gives the clause that keeps the records which are current at the moment, with its bound values: those of
// batches received by then and not withdrawn by then, unless a later such batch replaces their period or corrects
// their key. A fix stands in the place of the batch it repairs, as a whole and with that batch's age.
func (s *selection) current() (with, where string, args []any) {
	at := s.q.AsOf
	if at.IsZero() {
		at = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	}
	with = `WITH known AS (
  SELECT b.seq, b.parent, b.verb, b.replaces FROM batches b
  WHERE b.dataset = ? AND b.received_at <= ? AND NOT EXISTS (
    SELECT 1 FROM batch_events e WHERE e.kind = 'withdrawn' AND e.happened_at <= ? AND e.seq IN (b.seq, b.parent))
), live AS (
  SELECT k.seq, k.parent, k.verb, k.replaces FROM known k
  WHERE NOT EXISTS (SELECT 1 FROM known f WHERE f.parent = k.parent AND f.seq > k.seq)
), gone AS (
  SELECT DISTINCT o.seq, p.period_from, p.period_to, coalesce(p.whole, false) AS whole, coalesce(p.scope_fields, '') AS scope_fields, p.scope
  FROM live o JOIN live n ON n.replaces AND n.parent > o.parent JOIN batch_periods p ON p.seq = n.seq
)`
	args = []any{s.q.Dataset.ID, utc(at), utc(at)}
	match := "(NOT g.whole AND g.period_from IS NOT DISTINCT FROM " + s.rawFrom() + " AND g.period_to = " + s.rawTo() +
		" OR g.whole AND coalesce(" + s.rawFrom() + ", " + s.rawTo() + ") >= g.period_from AND " + s.rawTo() + " <= g.period_to)"
	if s.q.Dataset.Period.Date != "" {
		match = s.rawTo() + " BETWEEN g.period_from AND g.period_to"
	}
	if len(s.scopes) > 0 {
		match += " AND (g.scope_fields = ''"
		for _, fields := range s.scopes {
			if text, err := scopeText(s.q.Dataset, strings.Split(fields, ",")); err == nil { // a field that is gone limits nothing any more
				match += " OR g.scope_fields = '" + fields + "' AND g.scope = " + text
			}
		}
		match += ")"
	}
	where = "r.batch IN (SELECT seq FROM live) AND NOT EXISTS (SELECT 1 FROM gone g WHERE g.seq = r.batch AND " + match + ")"
	if s.corrected && len(s.q.Dataset.Key) > 0 {
		var same []string
		for _, k := range s.q.Dataset.Key {
			same = append(same, `c."`+k+`" IS NOT DISTINCT FROM r."`+k+`"`)
		}
		where += " AND NOT EXISTS (SELECT 1 FROM " + s.table + " c JOIN live n ON n.seq = c.batch AND n.verb = 'correct'" +
			" WHERE c.batch > r.batch AND " + strings.Join(same, " AND ") + ")"
	}
	return with, where, args
}

func (s *selection) rawFrom() string {
	if s.q.Dataset.Period.Date != "" || s.q.Dataset.Period.From == "" {
		return "CAST(NULL AS DATE)"
	}
	return `r."` + s.q.Dataset.Period.From + `"`
}

func (s *selection) rawTo() string {
	return `r."` + cmp.Or(s.q.Dataset.Period.Date, s.q.Dataset.Period.To) + `"`
}

// group is the key of a Counted while it is put together.
type group struct {
	from, to, stated, codes string
	batch, line, ordinal    int64 // with Each
}

func (w *Warehouse) count(ctx context.Context, s *selection) ([]Counted, error) {
	with, where, args := s.current()
	if len(s.q.Up) > 0 {
		rows := strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?), ", len(s.q.Up)), ", ")
		with += ", up AS (SELECT code, lies_in, CAST(first AS DATE) AS first, CAST(last AS DATE) AS last FROM (VALUES " + rows +
			") t(code, lies_in, first, last))"
		for _, p := range s.q.Up {
			args = append(args, p.Code, p.In, cmp.Or(p.From.String(), "0001-01-01"), cmp.Or(p.To.String(), "9999-12-31"))
		}
	}
	if len(s.where) > 0 {
		where += " AND " + strings.Join(s.where, " AND ")
		args = append(args, s.args...)
	}
	keys := []string{"coalesce(CAST(" + s.from + " AS VARCHAR), '')", "coalesce(CAST(" + s.to + " AS VARCHAR), '')", s.stated}
	keys = append(keys, s.by...)
	if s.q.Each {
		keys = append(keys, "r.batch", "r.line", "r."+s.ordinal)
	}
	named := make([]string, len(keys))
	columns := make([]string, len(keys))
	for i, k := range keys {
		columns[i] = "k" + strconv.Itoa(i)
		named[i] = k + " AS " + columns[i]
	}
	list := strings.Join(columns, ", ")
	found := with + ", found AS (SELECT " + strings.Join(named, ", ") + ", r.*, " + s.status + " AS the_status, " +
		s.bound + " AS the_bound, CAST(" + s.value + " AS BIGINT) AS the_value, CAST(" + s.low + " AS BIGINT) AS the_low, CAST(" + s.high +
		" AS BIGINT) AS the_high FROM " + s.table + " r" + s.up + " WHERE " + where + ")\n"

	groups := map[group]*Counted{}
	err := w.each(ctx, found+"SELECT "+list+", the_status, the_bound, CAST(sum(the_value) AS BIGINT), CAST(count(*) AS BIGINT), "+
		"CAST(sum(the_low) AS BIGINT), CAST(sum(the_high) AS BIGINT), CAST(count(the_high) AS BIGINT) FROM found GROUP BY "+
		list+", the_status, the_bound ORDER BY ALL", args, s, 7, func(g group, codes []string, rest []any) error {
		c := groups[g]
		if c == nil {
			c = &Counted{ByStatus: map[stat.Status]int64{}, ByBound: map[stat.Bound]int64{}, High: new(int64)}
			groups[g] = c
			for i, code := range codes {
				c.Codes = append(c.Codes, stat.DimensionCode{Dimension: s.q.By[i], Code: code})
			}
			var err error
			if c.Period, err = period(g); err != nil {
				return err
			}
		}
		status, bound := stat.Status(text(rest[0])), stat.Bound(text(rest[1]))
		n := rest[3].(int64)
		c.Value += rest[2].(int64)
		c.Records += n
		c.Low += rest[4].(int64)
		if high, ok := rest[5].(int64); c.High != nil && ok && rest[6].(int64) == n {
			*c.High += high
		} else {
			c.High = nil
		}
		c.ByStatus[status] += n
		if status == stat.StatusReported {
			c.ByBound[bound] += n
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := w.citations(ctx, s, found, list, args, groups); err != nil {
		return nil, err
	}
	if err := w.lines(ctx, s, found, list, args, groups); err != nil {
		return nil, err
	}
	keysOf := slices.SortedFunc(maps.Keys(groups), func(a, b group) int {
		return cmp.Or(groups[a].Period.Compare(groups[b].Period), cmp.Compare(a.codes, b.codes),
			cmp.Compare(a.batch, b.batch), cmp.Compare(a.line, b.line), cmp.Compare(a.ordinal, b.ordinal))
	})
	out := make([]Counted, 0, len(keysOf))
	for _, g := range keysOf {
		out = append(out, *groups[g])
	}
	return out, nil
}

// each runs the query and hands over the group of every row and its last n columns.
func (w *Warehouse) each(ctx context.Context, query string, args []any, s *selection, n int,
	do func(g group, codes []string, rest []any) error) error {
	rows, err := w.db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	by := len(s.q.By)
	for rows.Next() {
		var g group
		codes := make([]string, by)
		rest := make([]any, n)
		dest := []any{&g.from, &g.to, &g.stated}
		for i := range codes {
			dest = append(dest, &codes[i])
		}
		if s.q.Each {
			dest = append(dest, &g.batch, &g.line, &g.ordinal)
		}
		for i := range rest {
			dest = append(dest, &rest[i])
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		g.codes = strings.Join(codes, "\x00")
		if err := do(g, codes, rest); err != nil {
			return err
		}
	}
	return rows.Err()
}

// citations collects where the figures of each group were read, and the remarks on them.
func (w *Warehouse) citations(ctx context.Context, s *selection, found, list string, args []any, groups map[group]*Counted) error {
	c := s.q.Dataset.Citation
	fields := []string{c.Title, c.Publisher, c.Year, c.Address, c.Locator, c.Confidence, s.q.Dataset.Note}
	columns := make([]string, len(fields))
	named := false
	for i, f := range fields {
		columns[i] = "''"
		if f == "" {
			continue
		}
		q, err := quoted(f)
		if err != nil {
			return err
		}
		named = true
		columns[i] = "coalesce(CAST(" + q + " AS VARCHAR), '')"
	}
	if !named {
		return nil
	}
	query := found + "SELECT DISTINCT " + list + ", " + strings.Join(columns, ", ") + " FROM found ORDER BY ALL"
	return w.each(ctx, query, args, s, len(fields), func(g group, _ []string, rest []any) error {
		cite := stat.Citation{Title: text(rest[0]), Publisher: text(rest[1]), Year: text(rest[2]), Address: text(rest[3]),
			Locator: text(rest[4]), Confidence: text(rest[5])}
		to := groups[g]
		if cite != (stat.Citation{}) && !slices.Contains(to.Citations, cite) {
			to.Citations = append(to.Citations, cite)
		}
		if note := text(rest[6]); note != "" && !slices.Contains(to.Notes, note) {
			to.Notes = append(to.Notes, note)
		}
		return nil
	})
}

// lines collects the physical lines behind each group, as ranges. Lines that follow each other share the difference
// between their number and their place.
func (w *Warehouse) lines(ctx context.Context, s *selection, found, list string, args []any, groups map[group]*Counted) error {
	query := found + ", numbered AS (SELECT DISTINCT " + list + ", batch, line, line - dense_rank() OVER (PARTITION BY " + list +
		", batch ORDER BY line) AS run FROM found)\nSELECT " + list + ", CAST(batch AS BIGINT), CAST(min(line) AS BIGINT), " +
		"CAST(max(line) AS BIGINT) FROM numbered GROUP BY " + list + ", batch, run ORDER BY ALL"
	return w.each(ctx, query, args, s, 3, func(g group, _ []string, rest []any) error {
		to := groups[g]
		id := batchID(int(rest[0].(int64)))
		span := strconv.FormatInt(rest[1].(int64), 10)
		if rest[2] != rest[1] {
			span += "-" + strconv.FormatInt(rest[2].(int64), 10)
		}
		if n := len(to.Rows); n > 0 && to.Rows[n-1].Batch == id {
			to.Rows[n-1].Lines += "," + span
		} else {
			to.Rows = append(to.Rows, stat.Lines{Batch: id, Lines: span})
		}
		return nil
	})
}

func period(g group) (stat.Period, error) {
	p := stat.Period{Stated: g.stated}
	for _, end := range []struct {
		text string
		date *stat.Date
	}{{g.from, &p.From}, {g.to, &p.To}} {
		if err := end.date.UnmarshalText([]byte(end.text)); err != nil {
			return p, err
		}
	}
	return p, nil
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
