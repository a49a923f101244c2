package web

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"

	"tallystick/internal/export"
	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// formats are the twins of an indicator's page: the same observations in other formats, in the order in which
// they are offered.
var formats = []struct {
	ext, title, about string
	file              func(id string) string
	attachment        bool
}{
	{".csv", "CSV", lang.Key("one row a value, for any program"), inDownloads(".csv"), true},
	{".xlsx", "Excel", lang.Key("a workbook with notes"), inDownloads(".xlsx"), true},
	{".json", "JSON", lang.Key("with definitions, for programs"), inDownloads(".json"), false},
	{".parquet", "Parquet", lang.Key("typed columns, for data tools"), inDownloads(".parquet"), true},
	{".svg", lang.Key("Picture"), lang.Key("as SVG"), nil, false},
}

// inDownloads is where a release keeps a twin.
func inDownloads(ext string) func(string) string {
	return func(id string) string { return "downloads/" + id + ext }
}

// fileOf is the sealed file of a twin: the drawing, in the language of the answer, where it has no other.
func (v *visit) fileOf(file func(string) string, id string) string {
	if file == nil {
		return figuresIn(v.l) + id + ".svg"
	}
	return file(id)
}

// twin serves the sealed file that says the same as an indicator's page in another format.
func (v *visit) twin(id, ext string) (*representation, error) {
	if ext == ".png" {
		return v.picture(id)
	}
	for _, f := range formats {
		if f.ext == ext {
			rep, err := v.sealed(v.fileOf(f.file, id))
			if err != nil {
				return nil, err
			}
			rep.attachment = f.attachment
			rep.filename = v.named(id) + ext
			return rep, nil
		}
	}
	return nil, fmt.Errorf("format %q: %w", clip(ext), stat.ErrNotFound)
}

// askedTwin gives the figures of a view as CSV or JSON: the same ones that the page shows for the same choices. A choice
// that changes only how the chart looks changes nothing here.
func (v *visit) askedTwin(id, ext string) (*representation, error) {
	ind, err := v.definition(id)
	if err != nil {
		return nil, err
	}
	format, ok := map[string]export.Format{".csv": export.CSV, ".json": export.JSON}[ext]
	if !ok {
		return nil, invalid("Choices can be made of CSV and JSON; “%s” is there as a whole only.", ext)
	}
	obs := v.rel.Observations(ind.ID)
	c := v.controls(ind, obs)
	w, err := v.wants(&c)
	if err != nil {
		return nil, err
	}
	if w.window > 0 {
		return nil, invalid("Years added up are shown on the page only. Leave “window” out.")
	}
	_, kept, why := v.fit(ind, obs, w)
	if why != "" {
		return nil, problem{kind: stat.ErrInvalid, text: why}
	}
	answer, err := v.answer(ind.ID)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	sheet := export.Sheet{Indicator: ind, Observations: kept, Definitions: v.defs, Release: v.rel.ID(), PublishedAt: v.rel.PublishedAt(), Answer: answer}
	if err := export.Write(&b, format, sheet); err != nil {
		return nil, err
	}
	rep := v.madeFile(b.Bytes(), id+"-"+v.rel.ID()+ext)
	rep.attachment = format == export.CSV
	return rep, nil
}

// sealed reads a file of the release. A file that does not match its checksum is a fault of ours, not of the
// reader's.
func (v *visit) sealed(name string) (*representation, error) {
	data, ref, err := v.rel.File(name)
	if errors.Is(err, stat.ErrNotFound) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("sealed file: %v", err)
	}
	rep := represent(data, typeOf(name), v.caching())
	rep.tag, rep.open, rep.policy = ref.SHA256, true, filePolicy
	rep.filename = path.Base(name)
	return rep, nil
}

// madeFile hands out a table that is made from the release when it is asked for.
func (v *visit) madeFile(body []byte, name string) *representation {
	rep := represent(body, typeOf(name), v.caching())
	rep.attachment, rep.open, rep.policy, rep.filename = true, true, filePolicy, name
	return rep
}

// file serves GET /releases/:release/files/*.
func (s *Server) file(v *visit) (*representation, error) {
	name := v.param("*")
	rep, err := v.sealed(name)
	if err != nil {
		return nil, err
	}
	switch path.Ext(name) {
	case ".csv", ".xlsx", ".parquet":
		rep.attachment = true
	}
	return rep, nil
}

// downloads lists the twins of an indicator that the release holds.
func (v *visit) downloads(id string) []download {
	var list []download
	for _, f := range formats {
		ref, err := v.rel.Ref(v.fileOf(f.file, id))
		if err != nil {
			continue
		}
		list = append(list, download{
			Path: v.indicatorPath(id) + f.ext, Title: v.l.T(f.title), Format: strings.TrimPrefix(f.ext, "."),
			Size: ref.Bytes, About: v.l.T(f.about),
		})
	}
	if _, err := v.rel.Ref(figuresIn(v.l) + id + ".svg"); err == nil {
		list = append(list, download{
			Path: v.indicatorPath(id) + ".png", Title: v.l.T("Picture for slides"), Format: "png", About: v.l.T("as PNG"),
		})
	}
	return list
}
