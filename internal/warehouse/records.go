package warehouse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"tallystick/internal/stat"
)

// records is where the records of a data set are kept: a table in which a code is its place in a list, since storing
// texts is most of the work of a load, and a view of it in which a code is its text, so that a record can be read
// without lists. The lists are in record_codes. They only grow: a code keeps its place for good.
type records struct {
	name   string    // of the view
	table  string    // behind it
	places [][]int32 // by column of the layout: the place of each code of its dictionary; nil for other columns
}

// sqlTypes says how a field is stored. The place of a code counts from 1; 0 is a missing code.
var sqlTypes = map[stat.FieldType]string{
	stat.FieldText:    "VARCHAR",
	stat.FieldCode:    "INTEGER NOT NULL",
	stat.FieldInteger: "BIGINT",
	stat.FieldDecimal: "DOUBLE",
	stat.FieldDate:    "DATE",
}

// recordsOf returns where the records of the data set are kept, and makes it for the first batch. A data set whose
// fields changed since is refused: its records must be loaded again (Reload).
func recordsOf(ctx context.Context, tx *sql.Tx, ds stat.Dataset, layout stat.Layout) (records, error) {
	var r records
	var shape string
	err := tx.QueryRowContext(ctx, "SELECT table_name, stored, shape FROM record_tables WHERE dataset = ? "+
		"ORDER BY table_name DESC LIMIT 1", ds.ID).Scan(&r.name, &r.table, &shape)
	if errors.Is(err, sql.ErrNoRows) {
		return makeRecords(ctx, tx, ds, layout, strings.ReplaceAll(ds.ID, "-", "_"))
	}
	if err != nil {
		return r, err
	}
	if r.table == "" || shape != layout.Shape() {
		return r, fmt.Errorf("the records of data set %s are stored for other fields than it has now, or by an "+
			"earlier version; load them again from the kept exports: tallystick ingest -reload %s: %w", ds.ID, ds.ID, stat.ErrConflict)
	}
	return r, r.learn(ctx, tx, layout)
}

// makeRecords makes the table and the view of a data set; suffix is the end of their names.
func makeRecords(ctx context.Context, tx *sql.Tx, ds stat.Dataset, layout stat.Layout, suffix string) (records, error) {
	r := records{name: "records_" + suffix, table: "stored_" + suffix}
	view, err := quoted(r.name)
	if err != nil {
		return r, err
	}
	table, err := quoted(r.table)
	if err != nil {
		return r, err
	}
	stored := []string{"batch INTEGER NOT NULL", "line BIGINT NOT NULL"}
	shown := []string{"batch", "line", "rowid AS ordinal"}
	for _, c := range layout.Columns {
		column, err := quoted(c.Name)
		if err != nil {
			return r, err
		}
		if c.Name == "batch" || c.Name == "line" || c.Name == "ordinal" {
			return r, fmt.Errorf("a field of data set %s is named %s, which the warehouse needs: %w", ds.ID, c.Name,
				stat.ErrInvalid)
		}
		stored = append(stored, column+" "+sqlTypes[c.Type])
		if c.Type == stat.FieldCode {
			column = fmt.Sprintf("list_extract((SELECT list(code ORDER BY place) FROM record_codes "+
				"WHERE table_name = '%s' AND field = '%s'), %s) AS %s", r.name, c.Name, column, column)
		}
		shown = append(shown, column)
	}
	for _, statement := range []string{
		"CREATE TABLE " + table + " (" + strings.Join(stored, ", ") + ")",
		"CREATE VIEW " + view + " AS SELECT " + strings.Join(shown, ", ") + " FROM " + table,
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return r, err
		}
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO record_tables (dataset, table_name, stored, shape) VALUES (?, ?, ?, ?)",
		ds.ID, r.name, r.table, layout.Shape()); err != nil {
		return r, err
	}
	return r, r.learn(ctx, tx, layout)
}

// learn finds the places of the codes of the layout, and gives new codes the next ones.
func (r *records) learn(ctx context.Context, tx *sql.Tx, layout stat.Layout) error {
	known, err := r.known(ctx, tx)
	if err != nil {
		return err
	}
	r.places = make([][]int32, len(layout.Columns))
	for i, c := range layout.Columns {
		if c.Type != stat.FieldCode {
			continue
		}
		list := known[c.Name]
		if list == nil {
			list = map[string]int32{}
		}
		before := len(list)
		var fresh []string
		for _, code := range c.Dictionary {
			if _, ok := list[code]; !ok {
				fresh = append(fresh, code)
				list[code] = int32(len(list) + 1)
			}
			r.places[i] = append(r.places[i], list[code])
		}
		if len(fresh) == 0 {
			continue
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO record_codes (table_name, field, place, code) "+
			"SELECT ?, ?, ? + generate_subscripts(l, 1), unnest(l) FROM (SELECT CAST(? AS VARCHAR[]) AS l)",
			r.name, c.Name, before, fresh)
		if err != nil {
			return err
		}
	}
	return nil
}

// known gives the places of the codes that the records may hold, by field and code.
func (r *records) known(ctx context.Context, tx *sql.Tx) (map[string]map[string]int32, error) {
	rows, err := tx.QueryContext(ctx, "SELECT field, place, code FROM record_codes WHERE table_name = ? "+
		"ORDER BY field, place", r.name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	known := map[string]map[string]int32{}
	for rows.Next() {
		var field, code string
		var place int32
		if err := rows.Scan(&field, &place, &code); err != nil {
			return nil, err
		}
		if known[field] == nil {
			known[field] = map[string]int32{}
		}
		known[field][code] = place
	}
	return known, rows.Err()
}
